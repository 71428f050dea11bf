using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Outfits;

/// <summary>Decides which parts of an outfit a picture shows, in the order of <see cref="VerdictBasis"/>.</summary>
internal sealed class OutfitJudge(ImplicationTable implications, GarmentTable garments, AlignmentOptions options)
{
    /// <summary>A verdict for each of the outfit's parts, in their order.</summary>
    public OutfitVerdict[] Judge(
        OutfitParts outfit, PictureTags input, PictureEvidence evidence, SaidTags said, IReadOnlyList<string> hidden)
    {
        var seen = new GarmentsSeen(evidence, said, garments, options.EvidenceThreshold);
        var opposites = Opposites(outfit, evidence);
        var framing = new Framing(evidence.Tags);
        var verdicts = new OutfitVerdict[outfit.Parts.Count];
        for (var index = 0; index < verdicts.Length; index++)
        {
            var part = outfit.Parts[index];
            verdicts[index] = ByAuthor(part, outfit, input, hidden) ?? ByTagFile(part, opposites) ?? ByPicture(part, seen, framing);
        }

        // An author may list 'skirt' beside 'black skirt'; a caption says it once.
        for (var index = 0; index < verdicts.Length; index++)
        {
            if (!verdicts[index].IsShown || input.IsPinned(verdicts[index].Tag)) continue;
            foreach (var by in outfit.Parts[index].ImpliedBy)
                if (Array.Find(verdicts, verdict => verdict.IsShown && verdict.Tag == by) is not null)
                    verdicts[index] = verdicts[index] with { IsShown = false, Reason = $"implied by {by}" };
        }

        return verdicts;
    }

    /// <summary>
    /// The words of a picture's tag file that exclude what the outfit says of the same garment, each with that tag of the outfit. A
    /// tagger's word is a guess, and excludes nothing.
    /// </summary>
    public IReadOnlyList<Contradiction> Opposites(OutfitParts outfit, PictureEvidence evidence)
    {
        if (evidence.Scores is not null) return [];
        return
        [
            // Whatever repeats says no more.
            .. from tag in evidence.Tags.Distinct(Tag.Comparer)
               where !outfit.Has(tag) && outfit.Wears(garments.Named(tag))
               from part in outfit.Parts
               where part.Garment == garments.Named(tag) && ContradictionTable.Default.Excludes(tag, part.Tag, implications)
               select new Contradiction(tag, part.Tag),
        ];
    }

    /// <summary>The hidden tag that a tag is or implies, or null.</summary>
    public string? HiddenBy(string tag, IReadOnlyList<string> hidden)
    {
        foreach (var other in hidden)
            if (Tag.Comparer.Equals(other, tag) || implications.Implies(tag, other)) return other;
        return null;
    }

    private OutfitVerdict? ByAuthor(OutfitPart part, OutfitParts outfit, PictureTags input, IReadOnlyList<string> hidden)
    {
        if (HiddenBy(part.Tag, hidden) is { } by) return Verdict(false, $"hidden: {by}");
        if (input.IsBanned(part.Tag)) return Verdict(false, "removed by hand");
        if (input.IsPinned(part.Tag)) return Verdict(true, "added by hand");
        foreach (var pinned in input.Pinned)
            if (part.Garment is not null && garments.Named(pinned) == part.Garment && !outfit.Has(pinned))
                return Verdict(false, $"added by hand instead: {pinned}");
        return null;

        OutfitVerdict Verdict(bool isShown, string reason) => new(part.Tag, isShown, VerdictBasis.Author, reason);
    }

    private static OutfitVerdict? ByTagFile(OutfitPart part, IReadOnlyList<Contradiction> opposites)
    {
        foreach (var opposite in opposites)
            if (opposite.Second == part.Tag) return new(part.Tag, false, VerdictBasis.Author, $"the tag file says {opposite.First}");
        return null;
    }

    private OutfitVerdict ByPicture(OutfitPart part, GarmentsSeen seen, Framing framing)
    {
        if (seen.ByTag(part.Tag, part.Garment) is { } byTag) return Verdict(true, VerdictBasis.Tag, $"tag {byTag}");
        if (seen.ByAbsence(part.Garment) is { } absent) return Verdict(false, VerdictBasis.NotWorn, $"tag {absent}");
        if (seen.ByScore(part.Tag, part.Garment) is { } byScore)
            return Verdict(true, VerdictBasis.Score, FormattableString.Invariant($"score of {byScore.Tag} is {byScore.Score:0.00}"));
        return framing.Of(part.Garment?.Parts ?? []) switch
        {
            (PartInFrame.Shown, var by) => Verdict(true, VerdictBasis.Framing, $"framing: {by}"),
            (PartInFrame.Cut, var by) => Verdict(false, VerdictBasis.Framing, $"framing: {by}"),
            _ => Verdict(options.Undecided == Undecided.Keep, VerdictBasis.Undecided, "undecided: nothing tells whether it shows"),
        };

        OutfitVerdict Verdict(bool isShown, VerdictBasis basis, string reason) => new(part.Tag, isShown, basis, reason);
    }
}
