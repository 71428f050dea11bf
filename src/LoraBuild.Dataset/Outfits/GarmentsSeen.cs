using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Outfits;

/// <summary>The garments that a picture's tags and scores prove.</summary>
internal sealed class GarmentsSeen
{
    private readonly Dictionary<Garment, string> byTag = [];
    private readonly Dictionary<Garment, (string Tag, float Score)> byScore = [];
    private readonly PictureEvidence evidence;
    private readonly SaidTags said;
    private readonly double threshold;

    public GarmentsSeen(PictureEvidence evidence, SaidTags said, GarmentTable garments, double threshold)
    {
        this.evidence = evidence;
        this.said = said;
        this.threshold = threshold;
        foreach (var tag in evidence.Tags)
            if (garments.Find(tag) is { IsWorn: true } found) byTag.TryAdd(found.Garment, tag);

        if (evidence.Scores is null) return;
        foreach (var (tag, score) in evidence.Scores)
        {
            if (score < threshold || garments.Find(tag) is not { IsWorn: true } found) continue;
            // The best score decides; among equal scores the first tag by name, so that the order of labels does not matter.
            if (!byScore.TryGetValue(found.Garment, out var best) || score > best.Score
                || score == best.Score && string.CompareOrdinal(tag, best.Tag) < 0)
                byScore[found.Garment] = (tag, score);
        }
    }

    /// <summary>A tag of the picture that proves an outfit's tag: itself, one of the same garment, or one that implies it.</summary>
    public string? ByTag(string tag, Garment? garment)
    {
        if (said.ContainsItself(tag)) return tag;
        if (garment is not null && byTag.TryGetValue(garment, out var found)) return found;
        // Shoes removed says shoes, but not that she wears them.
        return said.By(tag) is { } by && garment?.AbsentTags.Contains(by, Tag.Comparer) != true ? by : null;
    }

    /// <summary>A tag of the picture that says that the garment is not worn.</summary>
    public string? ByAbsence(Garment? garment)
    {
        foreach (var tag in garment?.AbsentTags ?? [])
            if (said.ContainsItself(tag)) return tag;
        return null;
    }

    /// <summary>The tag whose score proves an outfit's tag: itself, or the best of the same garment.</summary>
    public (string Tag, float Score)? ByScore(string tag, Garment? garment)
    {
        if (garment is not null) return byScore.TryGetValue(garment, out var best) ? best : null;
        return evidence.Scores is not null && evidence.Scores.TryGetValue(tag, out var score) && score >= threshold ? (tag, score) : null;
    }
}
