using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using LoraBuild.Core.Caching;
using LoraBuild.Core.Diagnostics;
using LoraBuild.Core.Outfits;
using LoraBuild.Core.Tags;
using LoraBuild.Core.Worker;
using LoraBuild.Tasks.Items;
using LoraBuild.Tasks.Steps;
using LoraBuild.Tasks.Worker;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// Tag: the taggers' score of every label for each picture, kept whole, and from it the tags at the thresholds. A tag file beside a picture
/// replaces the taggers for that picture.
/// </summary>
public sealed class TagPictures : ModelTask
{
    private const int StepVersion = 2;
    private const int ScoresVersion = 1;
    private const int CombineVersion = 2;

    private TagSelection selection = new();
    private readonly Dictionary<string, ContentHash> tagFiles = new(StringComparer.Ordinal);
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
        selection = TagSelection.Parse(Settings.ToDictionary(item => item.ItemSpec, item => item.GetMetadata("Value"), StringComparer.Ordinal), out _);
        selectionKey = selection.ToJson();
        var byTagger = Pictures.Where(picture => TagFileOf(picture).Length == 0).ToList();
        var scoring = Score(byTagger);
        Session.Sweep(Folder, Session.State.IsSeen);

        var scored = byTagger.Where(picture => Session.State.IsSeen(ScoresOf(picture)));
        var ready = scored.Concat(Pictures.Except(byTagger)).ToDictionary(picture => picture.Id(), StringComparer.Ordinal);
        var read = new ConcurrentBag<string>();
        var failed = new ConcurrentBag<string>();
        var keys = Pictures.Where(picture => ready.ContainsKey(picture.Id())).Select(picture => (picture.Id(), Key(picture))).ToList();
        var tagging = new TagLedgerStep(Session, "tags", StepVersion, CancellationToken).Run(TagsFile, keys, id => TagsOf(ready[id], read, failed));

        TaggedPictures = [.. Pictures.Where(picture => ready.ContainsKey(picture.Id()) && !failed.Contains(picture.Id())).Select(WithScores)];
        Complete = TaggedPictures.Length == Pictures.Length;
        var fromFiles = Pictures.Length - byTagger.Count;
        var tally = new StepTally(
            Pictures.Length, scoring.Made + read.Count, scoring.Restored + Math.Min(tagging.Restored, fromFiles), Pictures.Length - TaggedPictures.Length);
        Say(tally.Describe("Tag"));
    }

    private static string TagFileOf(ITaskItem picture) => picture.GetMetadata(PictureMetadata.TagFile);

    private string ScoresOf(ITaskItem picture) => ScoresIn(Folder, picture);

    private static string ScoresIn(string folder, ITaskItem picture) => Path.Combine(folder, picture.Id() + ".tags.json");

    private ITaskItem WithScores(ITaskItem picture)
    {
        var tagged = picture.At(picture.ItemSpec);
        tagged.SetLiteral(PictureMetadata.Scores, TagFileOf(picture).Length == 0 ? ScoresOf(picture) : "");
        return tagged;
    }

    private StepTally Score(List<ITaskItem> pictures)
    {
        if (pictures.Count == 0)
            return new StepTally(0, 0, 0);
        if (Taggers.Length == 0)
        {
            throw new LoraBuildException(
                DiagnosticCode.TaggerMissing,
                "There is no tagger. Set LoraTagger to the folder that holds a WD tagger's model.onnx and selected_tags.csv, or put a tag file beside every picture.");
        }

        var thresholds = Taggers.Select(tagger => TaggerThresholds.Parse(tagger.ItemSpec, tagger.GetMetadata("Threshold"), tagger.GetMetadata("CharacterThreshold"))).ToList();
        if (thresholds is [{ IsEmpty: true }])
            return Score(pictures, Taggers[0], Folder);
        var folders = Taggers.Select((_, index) => Path.Combine(Folder, (index + 1).ToString(CultureInfo.InvariantCulture))).ToList();
        var tallies = Taggers.Zip(folders, (tagger, folder) => Score(pictures, tagger, folder)).ToList();
        Combine(pictures, [.. folders.Zip(thresholds)]);
        return new StepTally(pictures.Count, tallies.Max(tally => tally.Made), tallies.Max(tally => tally.Restored), tallies.Max(tally => tally.Failed));
    }

    private StepTally Score(List<ITaskItem> pictures, ITaskItem tagger, string folder)
    {
        var model = FetchPart(tagger, "Model", "Sha256", "model.onnx");
        var labels = FetchPart(tagger, "Labels", "LabelsSha256", "selected_tags.csv");
        var known = new[] { model, labels }.Concat(pictures.Select(picture => picture.ItemSpec)).Distinct(StringComparer.Ordinal)
            .ToDictionary(file => file, Session.State.HashInput, StringComparer.Ordinal);
        var shared = new StepKey("Tag", ScoresVersion)
            .With("engine", EngineVersions.Of(Session, WorkerAssembly, this, CancellationToken).Tagger)
            .With("model", known[model])
            .With("labels", known[labels])
            .ToHash();
        var outputs = pictures.Select(picture => new StepOutput(
            picture.Id(),
            ScoresIn(folder, picture),
            new StepKey("Tag", ScoresVersion).With("tagger", shared).With("picture", known[picture.ItemSpec]).ToHash())).ToList();
        var paths = pictures.ToDictionary(picture => picture.Id(), picture => picture.ItemSpec, StringComparer.Ordinal);
        return new MemoizedStep(Session, "Tag", CancellationToken).Run(outputs, (missing, finished) => new WorkerProcess(WorkerAssembly, this).Run(
            new TagJob(model, labels, [.. missing.Select(output => new PictureToTag(output.Id, paths[output.Id], output.Target))]),
            "Tag",
            done =>
            {
                foreach (var file in new[] { model, labels, paths[done.Id] })
                    Session.EnsureUnchanged(file, known[file]);
                finished(done.Id);
            },
            CancellationToken));
    }

    private void Combine(List<ITaskItem> pictures, List<(string Folder, TaggerThresholds Thresholds)> taggers)
    {
        var ready = pictures.Where(picture => taggers.All(tagger => Session.State.IsSeen(ScoresIn(tagger.Folder, picture))))
            .ToDictionary(picture => picture.Id(), StringComparer.Ordinal);
        var outputs = ready.Values.Select(picture =>
        {
            var key = new StepKey("Combine", CombineVersion).With("combination", Combination);
            foreach (var (folder, thresholds) in taggers)
            {
                key.With("scores", Session.State.HashInput(ScoresIn(folder, picture)));
                if (!thresholds.IsEmpty)
                    key.With("thresholds", $"{thresholds} of {selection.GeneralThreshold:R} {selection.CharacterThreshold:R}");
            }

            return new StepOutput(picture.Id(), ScoresOf(picture), key.ToHash());
        }).ToList();
        new MemoizedStep(Session, "Tag", CancellationToken).Run(outputs, (missing, finished) =>
        {
            foreach (var output in missing)
            {
                var scores = taggers.Select(tagger => tagger.Thresholds.Stretch(TagScores.Read(ScoresIn(tagger.Folder, ready[output.Id])), selection));
                ScoreCombination.Combine(Combination, [.. scores]).Write(output.Target);
                finished(output.Id);
            }
        });
    }

    private string FetchPart(ITaskItem tagger, string metadata, string hash, string usualName)
    {
        var named = tagger.GetMetadata(metadata);
        return Fetch(named.Length > 0 ? named : $"{tagger.ItemSpec.TrimEnd('/')}/{usualName}", tagger.GetMetadata(hash), DiagnosticCode.TaggerMissing);
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

            return (TagEdit.Apply(raw, JsonSerializer.Deserialize<IReadOnlyList<TagEdit>>(picture.GetMetadata(PictureMetadata.TagEdits)) ?? []), null);
        }
        catch (LoraBuildException e)
        {
            Report(e.Diagnostic);
            failed.Add(picture.Id());
            return null;
        }
    }
}
