using LoraBuild.Core.Tags;

namespace LoraBuild.Core.Outfits;

/// <summary>Which garments a picture's tags and scores prove.</summary>
internal sealed class GarmentsSeen
{
    private readonly Dictionary<Garment, string> byTag = [];
    private readonly Dictionary<Garment, (string Tag, float Score)> byScore = [];
    private readonly PictureEvidence evidence;
    private readonly ImplicationTable implications;
    private readonly double threshold;

    public GarmentsSeen(PictureEvidence evidence, GarmentTable garments, ImplicationTable implications, double threshold)
    {
        this.evidence = evidence;
        this.implications = implications;
        this.threshold = threshold;
        Tags = evidence.Tags.ToHashSet(Tag.Comparer);
        foreach (var tag in evidence.Tags)
            if (garments.Find(tag) is { IsWorn: true } found) byTag.TryAdd(found.Garment, tag);

        foreach (var (tag, score) in evidence.Scores ?? new Dictionary<string, float>())
        {
            if (score < threshold || garments.Find(tag) is not { IsWorn: true } found) continue;
            // The best score decides; among equal scores the first tag by name, so that the order of labels does not matter.
            if (!byScore.TryGetValue(found.Garment, out var best) || score > best.Score
                || score == best.Score && string.CompareOrdinal(tag, best.Tag) < 0)
                byScore[found.Garment] = (tag, score);
        }
    }

    /// <summary>The picture's tags.</summary>
    public HashSet<string> Tags { get; }

    /// <summary>A tag of the picture that proves an outfit's tag: itself, one that implies it, or one of the same garment.</summary>
    public string? ByTag(string tag, Garment? garment)
    {
        if (Tags.Contains(tag)) return tag;
        if (garment is not null && byTag.TryGetValue(garment, out var found)) return found;
        return evidence.Tags.FirstOrDefault(other => implications.Implies(other, tag));
    }

    /// <summary>The tag whose score proves an outfit's tag: itself, or the best of the same garment.</summary>
    public (string Tag, float Score)? ByScore(string tag, Garment? garment)
    {
        if (garment is not null) return byScore.TryGetValue(garment, out var best) ? best : null;
        return evidence.Scores is not null && evidence.Scores.TryGetValue(tag, out var score) && score >= threshold ? (tag, score) : null;
    }
}
