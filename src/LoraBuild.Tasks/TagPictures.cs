using LoraBuild.Incremental.Steps;
using System.Collections.Concurrent;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Hashing;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Ledgers;
using LoraBuild.Dataset.Outfits;
using LoraBuild.Dataset.Pictures;
using LoraBuild.Dataset.Tags;
using LoraBuild.Settings;
using LoraBuild.Tasks.Items;
using LoraBuild.Tasks.Steps;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// Tag: the taggers' score of every label for each picture, kept whole, and from it the tags at the thresholds. A tag file beside a picture
/// replaces the taggers for that picture. The rules for tags hold for all of them.
/// </summary>
public sealed class TagPictures : ModelTask
{
    private const int StepVersion = 4;

    // As they were when their keys were made.
    private readonly ConcurrentDictionary<string, ContentHash> tagFiles = new(StringComparer.Ordinal);
    private TagSelection selection = new();
    private string selectionKey = "", rulesKey = "";

    /// <summary>
    /// The taggers: a folder or the URI of one. <c>Model</c> and <c>Labels</c> name its ONNX file and <c>selected_tags.csv</c> where they
    /// lie elsewhere, <c>Sha256</c> and <c>LabelsSha256</c> what they hash to, <c>Threshold</c> and <c>CharacterThreshold</c> its own
    /// thresholds.
    /// </summary>
    public ITaskItem[] Taggers { get; set; } = [];

    /// <summary>The way in which the scores of several taggers become one: see <see cref="ScoreCombination"/>.</summary>
    public string Combination { get; set; } = "";

    /// <summary>
    /// Properties that say which tags follow from the scores, with metadata <c>Value</c>: see <see cref="TagSelection"/>.
    /// </summary>
    [Required]
    public ITaskItem[] Settings { get; set; } = [];

    /// <summary>True if brackets in captions weigh their words.</summary>
    public bool WeightedCaptions { get; set; }

    /// <summary>The folder for the scores.</summary>
    [Required]
    public string Folder { get; set; } = "";

    /// <summary>The ledger of raw tags.</summary>
    [Required]
    public string TagsFile { get; set; } = "";

    /// <summary>True if every picture has tags now.</summary>
    [Output]
    public bool Complete { get; set; }

    /// <inheritdoc/>
    protected override bool GoesOnAfterErrors => true;

    /// <inheritdoc/>
    protected override void Run()
    {
        selection = TaggingSettings.Read(SettingItems.Values(Settings));
        var pictures = Session.Pictures;
        var byTagger = pictures.Where(picture => picture.TagFile is null).ToList();
        selectionKey = byTagger.Count > 0 ? selection.ToJson() : "";
        rulesKey = selection.RulesAlone().ToJson();
        var scoring = new TaggerScoring(
            this, (file, sha256) => Fetch(file, sha256, DiagnosticCode.TaggerMissing), TaggerItems.Read(Taggers), Combination, selection)
            .Score([.. byTagger.Select(picture => (picture.Id, picture.File))], Folder);
        Session.Sweep(Folder);

        var ready = pictures.Select(WithScores).Where(picture => picture.Scores is null || Session.State.IsSeen(picture.Scores)).ToList();
        var read = 0;
        var failed = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        var tagging = new TagLedgerStep(Session, "tags", StepVersion, CancellationToken).Run(TagsFile, ready, Key, picture =>
        {
            var tags = TagsOf(picture);
            if (tags is null)
                failed[picture.Id] = true;
            else if (picture.TagFile is not null)
                Interlocked.Increment(ref read);
            return tags;
        });

        Session.Pictures = failed.IsEmpty ? ready : ready.FindAll(picture => !failed.ContainsKey(picture.Id));
        Complete = Session.Pictures.Count == pictures.Count;
        var fromFiles = pictures.Count - byTagger.Count;
        var tally = new StepTally(
            pictures.Count, scoring.Made + read, scoring.Restored + Math.Min(tagging.Restored, fromFiles),
            pictures.Count - Session.Pictures.Count);
        Say(tally.Describe("Tag"));
        TellWithoutEffect();
    }

    private void TellWithoutEffect()
    {
        var ledger = Session.ReadLedger(TagsFile);
        foreach (var file in Session.Pictures.Where(picture => picture.TagFile is not null && IsEmpty(ledger[picture.Id]))
            .Select(picture => picture.TagFile!).Distinct(StringComparer.Ordinal))
            Report(
                new Diagnostic(
                    DiagnosticCode.EmptyTagFile, Severity.Warning,
                    "The tag file has no tags: the caption is the trigger word alone. Write tags into it, or remove it; then the tagger "
                    + "gives them.", file));
        TellWeights(ledger);
        foreach (var character in Session.Characters)
        {
            var corrected =
                Session.Pictures.Where(picture => picture.TagEdits.Count > 0 && Tag.Comparer.Equals(picture.Character, character.Trigger));
            foreach (var unused in TagEditSurvey.Unused(
                character, [.. corrected.Select(picture => (picture.TagEdits, ledger[picture.Id].Tags))]))
                Report(unused);
        }

        if (selection.HasRules && Session.Pictures.Count > 0)
        {
            foreach (var (rule, tags) in selection.Unused(Session.Pictures.Select(picture => ledger[picture.Id].Tags)))
            {
                Report(new Diagnostic(
                    DiagnosticCode.NoEffect,
                    Severity.Warning,
                    $"Lora{rule} has no effect on {PictureEnumeration.Of(tags)}: no picture has such a tag."));
            }
        }

        static bool IsEmpty(TagLedgerEntry entry) => entry.ReadTagsAndOutfit().Tags.Count == 0 && entry.Tags.Changes.Count == 0;
    }

    private void TellWeights(TagLedger ledger)
    {
        if (WeightedCaptions)
            return;
        foreach (var weight in Session.Characters.SelectMany(character => character.WeightedParts()))
            Report(weight);
        // No tagger gives weights.
        var weighted = Session.Pictures.Where(picture => picture.TagFile is not null || picture.TagEdits.Count > 0)
            .Select(picture => (Picture: picture, Tag: ledger[picture.Id].ReadTagsAndOutfit().Tags.FirstOrDefault(Tag.IsWeighted)))
            .Where(found => found.Tag is not null)
            .ToList();
        if (weighted.Count == 0)
            return;
        Report(new Diagnostic(
            DiagnosticCode.WeightsNotSet,
            Severity.Warning,
            $"Brackets weigh tags, such as '{weighted[0].Tag}', in "
            + $"{PictureEnumeration.Of([.. weighted.Select(found => found.Picture.Id)])}, and LoraWeightedCaptions is not set: brackets "
            + "and numbers would be learnt as text. Set it to true, or remove them; brackets of a tag's own are written \\( and \\).",
            weighted[0].Picture.TagFile));
    }

    private ProjectPicture WithScores(ProjectPicture picture) =>
        picture.TagFile is null ? picture with { Scores = TaggerScoring.FileIn(Folder, picture.Id) } : picture;

    private ContentHash Key(ProjectPicture picture)
    {
        var key = new StepKey("tags", StepVersion).With("corrections", picture.TagEditsText);
        return picture.TagFile is { } tagFile
            ? key.With("tag file", tagFiles[tagFile] = Session.State.HashInput(tagFile)).With("rules", rulesKey).ToHash()
            : key.With("scores", Session.State.HashInput(picture.Scores!)).With("selection", selectionKey).ToHash();
    }

    private (PictureTags Tags, OutfitFinding? Finding)? TagsOf(ProjectPicture picture)
    {
        try
        {
            if (picture.TagFile is not { } tagFile)
                return (TagEdit.Apply(selection.Apply(TagScores.Read(picture.Scores!)), picture.TagEdits), null);
            var tags = selection.Apply(TagList.Read(tagFile));
            Session.EnsureUnchanged(tagFile, tagFiles[tagFile]);
            return (TagEdit.Apply(tags, picture.TagEdits), null);
        }
        catch (LoraBuildException e)
        {
            Report(e.Diagnostic);
            return null;
        }
    }
}
