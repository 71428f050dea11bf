using LoraBuild.Core.Characters;
using LoraBuild.Core.Diagnostics;
using LoraBuild.Core.Tags;

namespace LoraBuild.Core.Outfits;

/// <summary>
/// The AlignOutfits step: a picture of a known outfit gets exactly those of the outfit's tags that it shows. Other names of the same garments
/// are replaced, never doubled, so that all pictures of an outfit speak of it in the same words. Tags about anything else stay, in their
/// order. Idempotent for the same evidence; safe for any number of threads.
/// </summary>
public sealed class OutfitAligner
{
    private readonly Character character;
    private readonly AlignmentOptions options;
    private readonly ImplicationTable implications = ImplicationTable.Danbooru;
    private readonly GarmentTable garments = GarmentTable.Default;
    private readonly OutfitChooser chooser;

    /// <summary>Prepares the outfits of a character.</summary>
    public OutfitAligner(Character character, AlignmentOptions options)
    {
        this.character = character;
        this.options = options;
        chooser = new OutfitChooser(character, implications, garments);
    }

    /// <summary>Aligns one picture.</summary>
    /// <param name="input">The picture's tags after StripFeatures and Dedupe.</param>
    /// <param name="evidence">What is known of the picture.</param>
    /// <param name="outfit">The outfit's name from metadata or folder, or null to find it by the picture's tags.</param>
    /// <param name="hidden">Tags of things that the picture does not show, by the author's word; a tag that implies one is hidden too.</param>
    /// <exception cref="LoraBuildException"><see cref="DiagnosticCode.UnknownReference"/>: the character has no outfit of that name.</exception>
    public AlignedTags Align(PictureTags input, PictureEvidence evidence, string? outfit, IReadOnlyList<string> hidden)
    {
        var (chosen, reason) = chooser.Choose(evidence.Tags, outfit);
        var verdicts = chosen is null ? [] : Judge(chosen, input, evidence, hidden);
        return new AlignedTags(Rewrite(input, chosen, verdicts, hidden), chosen?.Name, reason, verdicts);
    }

    private OutfitVerdict[] Judge(Outfit outfit, PictureTags input, PictureEvidence evidence, IReadOnlyList<string> hidden)
    {
        var seen = new GarmentsSeen(evidence, garments, implications, options.EvidenceThreshold);
        var framing = new Framing(evidence.Tags);
        var verdicts = outfit.Tags.Distinct(Tag.Comparer).Select(tag => Judge(tag, outfit, input, hidden, seen, framing)).ToArray();

        // An author may list 'skirt' beside 'black skirt'; a caption says it once.
        for (var index = 0; index < verdicts.Length; index++)
        {
            var verdict = verdicts[index];
            var by = Array.Find(verdicts, other => other.IsShown && implications.Implies(other.Tag, verdict.Tag));
            if (verdict.IsShown && by is not null && !input.IsPinned(verdict.Tag))
                verdicts[index] = verdict with { IsShown = false, Reason = $"implied by {by.Tag}" };
        }

        return verdicts;
    }

    private OutfitVerdict Judge(
        string tag, Outfit outfit, PictureTags input, IReadOnlyList<string> hidden, GarmentsSeen seen, Framing framing)
    {
        var garment = garments.Named(tag);
        if (HiddenBy(tag, hidden) is { } hiddenTag) return Verdict(false, VerdictBasis.Author, $"hidden: {hiddenTag}");
        if (input.IsBanned(tag)) return Verdict(false, VerdictBasis.Author, "removed by hand");
        if (input.IsPinned(tag)) return Verdict(true, VerdictBasis.Author, "added by hand");
        if (garment is not null && input.Pinned.FirstOrDefault(IsOtherNameOfIt) is { } pinned)
            return Verdict(false, VerdictBasis.Author, $"added by hand instead: {pinned}");

        if (seen.ByTag(tag, garment) is { } byTag) return Verdict(true, VerdictBasis.Tag, $"tag {byTag}");
        if (garment?.AbsentTags.FirstOrDefault(seen.Tags.Contains) is { } absent) return Verdict(false, VerdictBasis.NotWorn, $"tag {absent}");
        if (seen.ByScore(tag, garment) is { } byScore)
            return Verdict(true, VerdictBasis.Score, FormattableString.Invariant($"score of {byScore.Tag} is {byScore.Score:0.00}"));

        return framing.Of(garment?.Parts ?? []) switch
        {
            (PartInFrame.Shown, var by) => Verdict(true, VerdictBasis.Framing, $"framing: {by}"),
            (PartInFrame.Cut, var by) => Verdict(false, VerdictBasis.Framing, $"framing: {by}"),
            _ => Verdict(options.Undecided == Undecided.Keep, VerdictBasis.Undecided, "undecided: nothing tells whether it shows"),
        };

        bool IsOtherNameOfIt(string other) => garment == garments.Named(other) && !outfit.Tags.Contains(other, Tag.Comparer);

        OutfitVerdict Verdict(bool isShown, VerdictBasis basis, string reason) => new(tag, isShown, basis, reason);
    }

    private PictureTags Rewrite(PictureTags input, Outfit? outfit, OutfitVerdict[] verdicts, IReadOnlyList<string> hidden)
    {
        var tags = new List<string>(input.Tags.Count + verdicts.Length);
        var changes = new List<TagChange>();
        var reasons = verdicts.ToDictionary(verdict => verdict.Tag, verdict => verdict.Reason, Tag.Comparer);
        var shown = verdicts.Where(verdict => verdict.IsShown).Select(verdict => verdict.Tag).ToHashSet(Tag.Comparer);
        var missing = verdicts.Where(verdict => verdict.IsShown && !input.Tags.Contains(verdict.Tag, Tag.Comparer)).Select(verdict => verdict.Tag).ToList();
        var worn = verdicts.Select(verdict => garments.Named(verdict.Tag)).OfType<Garment>().ToHashSet();

        foreach (var tag in input.Tags)
        {
            if (IsName(tag) || input.IsPinned(tag) || shown.Contains(tag)) tags.Add(tag);
            else if (HiddenBy(tag, hidden) is { } hiddenTag) changes.Add(new TagChange(tag, TagChangeKind.Removed, $"hidden: {hiddenTag}"));
            else if (reasons.TryGetValue(tag, out var reason)) changes.Add(new TagChange(tag, TagChangeKind.Removed, $"outfit {outfit!.Name}: {reason}"));
            else if (garments.Named(tag) is { } garment && worn.Contains(garment)) Replace(tag, garment);
            else if (shown.FirstOrDefault(other => implications.Implies(other, tag)) is { } by)
                changes.Add(new TagChange(tag, TagChangeKind.Removed, $"implied by {by}", by));
            else tags.Add(tag);
        }

        Add(missing.ToArray());
        if (outfit?.Trigger is { } trigger && !tags.Contains(trigger, Tag.Comparer))
        {
            tags.Insert(tags.Count > 0 && Tag.Comparer.Equals(tags[0], character.Trigger) ? 1 : 0, trigger);
            changes.Add(new TagChange(trigger, TagChangeKind.Added, $"outfit {outfit.Name}: trigger"));
        }

        return input with { Tags = tags, Changes = changes };

        bool IsName(string tag) => Tag.Comparer.Equals(tag, character.Trigger) || Tag.Comparer.Equals(tag, outfit?.Trigger);

        void Replace(string tag, Garment garment)
        {
            Add(missing.Where(name => garments.Named(name) == garment).ToArray());
            var by = Array.Find(verdicts, verdict => verdict.IsShown && garments.Named(verdict.Tag) == garment)?.Tag;
            changes.Add(by is null
                ? new TagChange(tag, TagChangeKind.Removed, $"outfit {outfit!.Name}: its {garment.Name} does not show")
                : new TagChange(tag, TagChangeKind.Replaced, $"outfit {outfit!.Name}: same garment ({garment.Name})", by));
        }

        void Add(string[] names)
        {
            foreach (var name in names)
            {
                tags.Add(name);
                missing.Remove(name);
                changes.Add(new TagChange(name, TagChangeKind.Added, $"outfit {outfit!.Name}: {reasons[name]}"));
            }
        }
    }

    private string? HiddenBy(string tag, IReadOnlyList<string> hidden) =>
        hidden.FirstOrDefault(other => Tag.Comparer.Equals(other, tag) || implications.Implies(tag, other));
}
