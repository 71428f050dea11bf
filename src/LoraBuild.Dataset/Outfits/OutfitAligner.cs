using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Pictures;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Outfits;

/// <summary>
/// The AlignOutfits step: a picture of a known outfit gets exactly those of the outfit's tags that it shows. Other names of the same
/// garments are replaced, never doubled, so that all pictures of an outfit speak of it in the same words. Tags about anything else stay, in
/// their order. Idempotent for the same evidence; safe for any number of threads.
/// </summary>
public sealed class OutfitAligner
{
    private readonly Character character;
    private readonly ImplicationTable implications;
    private readonly GarmentTable garments = GarmentTable.Default;
    private readonly OutfitChooser chooser;
    private readonly OutfitJudge judge;

    /// <summary>Prepares the outfits of a character.</summary>
    /// <param name="character">The character.</param>
    /// <param name="options">The settings of the alignment of her outfits.</param>
    /// <param name="implications">The tags that other tags imply; usually <see cref="ImplicationTable.Danbooru"/>, which is the
    /// default.</param>
    public OutfitAligner(Character character, AlignmentOptions options, ImplicationTable? implications = null)
    {
        this.character = character;
        this.implications = implications ??= ImplicationTable.Danbooru;
        chooser = new OutfitChooser(character, implications, garments);
        judge = new OutfitJudge(implications, garments, options);
    }

    /// <summary>Aligns one picture.</summary>
    /// <param name="input">The picture's tags after StripFeatures and Dedupe.</param>
    /// <param name="evidence">Everything known of the picture.</param>
    /// <param name="outfit">The outfit's name from metadata or folder, or null to find it by the picture's tags.</param>
    /// <param name="hidden">Tags of things that the picture does not show, by the author's word; a tag that implies one is hidden
    /// too.</param>
    /// <exception cref="LoraBuildException"><see cref="DiagnosticCode.UnknownReference"/>: the character has no outfit of that
    /// name.</exception>
    public AlignedTags Align(PictureTags input, PictureEvidence evidence, string? outfit, IReadOnlyList<string> hidden)
    {
        var said = new SaidTags(evidence.Tags, implications);
        var (parts, reason) = chooser.Choose(evidence.Tags, said, outfit);
        var verdicts = parts is null ? [] : judge.Judge(parts, input, evidence, said, hidden);
        var opposites = parts is null ? [] : judge.Opposites(parts, evidence);
        return new AlignedTags(Rewrite(input, parts, verdicts, hidden, opposites), parts?.Outfit.Name, reason, verdicts);
    }

    /// <summary>A warning for each two tags, of a tag file and of the outfit of its picture, that exclude each other: the tag file's word
    /// stays.</summary>
    /// <param name="pictures">Pictures with tag files: their ids, what is known of them, and their outfits' names or null.</param>
    /// <exception cref="LoraBuildException">
    /// <see cref="DiagnosticCode.UnknownReference"/>: the character has no outfit of that name.
    /// </exception>
    public IEnumerable<PictureWarning> Warnings(IEnumerable<(string Id, PictureEvidence Evidence, string? Outfit)> pictures) =>
        pictures
            .SelectMany(picture => OppositesOf(picture.Evidence, picture.Outfit).Select(opposite => (picture.Id, opposite)))
            .ToList()
            .GroupBy(found => found.opposite, found => found.Id)
            .Select(same => new PictureWarning(
                new Diagnostic(
                    DiagnosticCode.ContradictoryTags,
                    Severity.Warning,
                    $"'{same.Key.Tags.First}' of the tag file and '{same.Key.Tags.Second}' of the outfit '{same.Key.Outfit}' exclude each "
                    + $"other in {PictureEnumeration.Of([.. same])}. The tag file's word stands. Mend it, or give the pictures another "
                        + "outfit.",
                    character.File),
                [.. same]));

    private IEnumerable<(string Outfit, Contradiction Tags)> OppositesOf(PictureEvidence evidence, string? outfit) =>
        chooser.Choose(evidence.Tags, new SaidTags(evidence.Tags, implications), outfit).Outfit is { } parts
            ? judge.Opposites(parts, evidence).Select(opposite => (parts.Outfit.Name, opposite))
            : [];

    private PictureTags Rewrite(
        PictureTags input, OutfitParts? outfit, OutfitVerdict[] verdicts, IReadOnlyList<string> hidden,
        IReadOnlyList<Contradiction> opposites)
    {
        var tags = new List<string>(input.Tags.Count + verdicts.Length);
        var changes = new List<TagChange>();
        var name = outfit?.Outfit.Name;
        var present = input.Tags.ToHashSet(Tag.Comparer);
        var shown = verdicts.Where(verdict => verdict.IsShown).ToArray();
        var saidByShown = new SaidTags([.. shown.Select(verdict => verdict.Tag)], implications);
        var missing = shown.Where(verdict => !present.Contains(verdict.Tag)).ToList();

        foreach (var tag in input.Tags)
        {
            if (IsName(tag) || input.IsPinned(tag) || saidByShown.ContainsItself(tag)) tags.Add(tag);
            else if (judge.HiddenBy(tag, hidden) is { } hiddenTag) Remove(tag, $"hidden: {hiddenTag}");
            else if (outfit?.Has(tag) == true) Remove(tag, $"outfit {name}: {ReasonOf(tag)}");
            else if (opposites.Any(opposite => Tag.Comparer.Equals(opposite.First, tag))) tags.Add(tag);
            else if (garments.Named(tag) is { } garment && outfit?.Wears(garment) == true) Replace(tag, garment);
            else if (saidByShown.By(tag) is { } by) Remove(tag, $"implied by {by}", by);
            else tags.Add(tag);
        }

        Add(missing);
        if (outfit?.Outfit.Trigger is { } trigger && !present.Contains(trigger))
        {
            tags.Insert(tags.Count > 0 && Tag.Comparer.Equals(tags[0], character.Trigger) ? 1 : 0, trigger);
            changes.Add(new TagChange(trigger, TagChangeKind.Added, $"outfit {name}: trigger"));
        }

        return input with { Tags = tags, Changes = changes };

        bool IsName(string tag) => Tag.Comparer.Equals(tag, character.Trigger) || Tag.Comparer.Equals(tag, outfit?.Outfit.Trigger);

        string ReasonOf(string tag) => Array.Find(verdicts, verdict => Tag.Comparer.Equals(verdict.Tag, tag))!.Reason;

        void Remove(string tag, string reason, string? by = null) => changes.Add(new TagChange(tag, TagChangeKind.Removed, reason, by));

        void Replace(string tag, Garment garment)
        {
            // The outfit's names of the garment come where the first other name stood.
            Add(missing.FindAll(verdict => garments.Named(verdict.Tag) == garment));
            missing.RemoveAll(verdict => garments.Named(verdict.Tag) == garment);
            if (Array.Find(shown, verdict => garments.Named(verdict.Tag) == garment) is { } by)
                changes.Add(new TagChange(tag, TagChangeKind.Replaced, $"outfit {name}: same garment ({garment.Name})", by.Tag));
            else Remove(tag, $"outfit {name}: its {garment.Name} does not show");
        }

        void Add(List<OutfitVerdict> additions)
        {
            foreach (var verdict in additions)
            {
                tags.Add(verdict.Tag);
                changes.Add(new TagChange(verdict.Tag, TagChangeKind.Added, $"outfit {name}: {verdict.Reason}"));
            }
        }
    }
}

/// <summary>Everything known of a picture when its outfit is aligned.</summary>
/// <param name="Tags">All its tags before StripFeatures and Dedupe, with the author's corrections, in prompt form.</param>
/// <param name="Scores">The tagger's scores (0..1) by tag in prompt form, or null where the tags come from a tag file. Labels that score
/// less than <see cref="AlignmentOptions.EvidenceThreshold"/> may be left out.</param>
public sealed record PictureEvidence(IReadOnlyList<string> Tags, IReadOnlyDictionary<string, float>? Scores = null);
