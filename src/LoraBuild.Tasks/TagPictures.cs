using System.Collections.Concurrent;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Hashing;
using LoraBuild.Base.Threading;
using LoraBuild.Dataset.Outfits;
using LoraBuild.Dataset.Tags;
using LoraBuild.Settings;
using LoraBuild.Tasks.Items;
using LoraBuild.Tasks.Steps;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// Tag: the taggers' score of every label for each picture, kept whole, and from it the tags at the thresholds. A tag file beside a picture
/// replaces the taggers for that picture.
/// </summary>
public sealed class TagPictures : ModelTask
{
    private const int StepVersion = 2;

    private TagSelection selection = new();
    private readonly ConcurrentDictionary<string, ContentHash> tagFiles = new(StringComparer.Ordinal);
    private string selectionKey = "";

    /// <summary>The worker.</summary>
    [Required]
    public string WorkerAssembly { get; set; } = "";

    /// <summary>Items of <see cref="FindDuplicates"/>.</summary>
    [Required]
    public ITaskItem[] Pictures { get; set; } = [];

    /// <summary>
    /// The taggers: a folder or the URI of one. <c>Model</c> and <c>Labels</c> name its ONNX file and <c>selected_tags.csv</c> where they lie
    /// elsewhere, <c>Sha256</c> and <c>LabelsSha256</c> what they hash to, <c>Threshold</c> and <c>CharacterThreshold</c> its own thresholds.
    /// </summary>
    public ITaskItem[] Taggers { get; set; } = [];

    /// <summary>How the scores of several taggers become one: see <see cref="ScoreCombination"/>.</summary>
    public string Combination { get; set; } = "";

    /// <summary>Properties that say which tags follow from the scores, with metadata <c>Value</c>: see <see cref="TagSelection"/>.</summary>
    [Required]
    public ITaskItem[] Settings { get; set; } = [];

    /// <summary>The folder for the scores.</summary>
    [Required]
    public string Folder { get; set; } = "";

    /// <summary>The ledger of raw tags.</summary>
    [Required]
    public string TagsFile { get; set; } = "";

    /// <summary>The pictures that have tags now.</summary>
    [Output]
    public ITaskItem[] TaggedPictures { get; set; } = [];

    /// <summary>Whether every picture has.</summary>
    [Output]
    public bool Complete { get; set; }

    /// <inheritdoc/>
    protected override bool GoesOnAfterErrors => true;

    /// <inheritdoc/>
    protected override void Run()
    {
        selection = TaggingSettings.Read(SettingItems.Values(Settings));
        var byTagger = Pictures.Where(picture => TagFileOf(picture).Length == 0).ToList();
        selectionKey = byTagger.Count > 0 ? selection.ToJson() : "";
        var scoring = new TaggerScoring(this, WorkerAssembly, Taggers, Combination, selection).Score(
            [.. byTagger.Select(picture => (picture.Id(), picture.ItemSpec))], Folder);
        Session.Sweep(Folder, Session.State.IsSeen);

        var scored = byTagger.Where(picture => Session.State.IsSeen(ScoresOf(picture)));
        var ready = scored.Concat(Pictures.Except(byTagger)).ToDictionary(picture => picture.Id(), StringComparer.Ordinal);
        var read = new ConcurrentBag<string>();
        var failed = new ConcurrentBag<string>();
        var keys = Pictures.Where(picture => ready.ContainsKey(picture.Id())).ToList().SelectInParallel(picture => new PictureKey(picture.Id(), Key(picture)), CancellationToken);
        var tagging = new TagLedgerStep(Session, "tags", StepVersion, CancellationToken).Run(TagsFile, keys, id => TagsOf(ready[id], read, failed));

        TaggedPictures = [.. Pictures.Where(picture => ready.ContainsKey(picture.Id()) && !failed.Contains(picture.Id())).Select(WithScores)];
        Complete = TaggedPictures.Length == Pictures.Length;
        var fromFiles = Pictures.Length - byTagger.Count;
        var tally = new StepTally(
            Pictures.Length, scoring.Made + read.Count, scoring.Restored + Math.Min(tagging.Restored, fromFiles), Pictures.Length - TaggedPictures.Length);
        Say(tally.Describe("Tag"));
    }

    private static string TagFileOf(ITaskItem picture) => picture.GetMetadata(PictureMetadata.TagFile);

    private string ScoresOf(ITaskItem picture) => TaggerScoring.FileIn(Folder, picture.Id());

    private ITaskItem WithScores(ITaskItem picture)
    {
        var tagged = picture.At(picture.ItemSpec);
        tagged.SetLiteral(PictureMetadata.Scores, TagFileOf(picture).Length == 0 ? ScoresOf(picture) : "");
        return tagged;
    }

    private ContentHash Key(ITaskItem picture)
    {
        var key = new StepKey("tags", StepVersion).With("corrections", picture.GetMetadata(PictureMetadata.TagEdits));
        return TagFileOf(picture) is { Length: > 0 } tagFile
            ? key.With("tag file", tagFiles[tagFile] = Session.State.HashInput(tagFile)).ToHash()
            : key.With("scores", Session.State.HashInput(ScoresOf(picture))).With("selection", selectionKey).ToHash();
    }

    private (PictureTags Tags, OutfitFinding? Finding)? TagsOf(ITaskItem picture, ConcurrentBag<string> read, ConcurrentBag<string> failed)
    {
        try
        {
            var raw = TagFileOf(picture) is { Length: > 0 } tagFile ? PictureTags.Of(TagList.Read(tagFile)) : selection.Apply(TagScores.Read(ScoresOf(picture)));
            if (TagFileOf(picture) is { Length: > 0 } file)
            {
                Session.EnsureUnchanged(file, tagFiles[file]);
                read.Add(picture.Id());
            }

            return (TagEdit.Apply(raw, PictureItem.ListOf(picture, PictureMetadata.TagEdits, types => types.IReadOnlyListTagEdit)), null);
        }
        catch (LoraBuildException e)
        {
            Report(e.Diagnostic);
            failed.Add(picture.Id());
            return null;
        }
    }
}
