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
/// Tag: the tagger's score of every label for each picture, and from it the tags at the threshold. A tag file beside a picture replaces
/// the tagger for that picture.
/// </summary>
public sealed class TagPictures : LoraTask
{
    private const int StepVersion = 1;

    /// <summary>The worker.</summary>
    [Required]
    public string WorkerAssembly { get; set; } = "";

    /// <summary>Items of <see cref="NormalizePictures"/>.</summary>
    [Required]
    public ITaskItem[] Pictures { get; set; } = [];

    /// <summary>The tagger's ONNX file.</summary>
    public ITaskItem? Model { get; set; }

    /// <summary>The tagger's <c>selected_tags.csv</c>.</summary>
    public ITaskItem? Labels { get; set; }

    /// <summary>The lowest score of a tag, 0 to 1.</summary>
    [Required]
    public float Threshold { get; set; }

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
        var byTagger = Pictures.Where(picture => TagFileOf(picture).Length == 0).ToList();
        var scoring = Score(byTagger);
        Session.Sweep(Folder, Session.State.IsSeen);

        var scored = byTagger.Where(picture => Session.State.IsSeen(ScoresOf(picture)));
        var ready = scored.Concat(Pictures.Except(byTagger)).ToDictionary(picture => picture.Id(), StringComparer.Ordinal);
        var read = new ConcurrentBag<string>();
        var failed = new ConcurrentBag<string>();
        var keys = Pictures.Where(picture => ready.ContainsKey(picture.Id())).Select(picture => (picture.Id(), Key(picture))).ToList();
        var tagging = new TagLedgerStep(Session, "tags", StepVersion).Run(TagsFile, keys, id => TagsOf(ready[id], read, failed));

        TaggedPictures = [.. Pictures.Where(picture => ready.ContainsKey(picture.Id()) && !failed.Contains(picture.Id())).Select(WithScores)];
        Complete = TaggedPictures.Length == Pictures.Length;
        var fromFiles = Pictures.Length - byTagger.Count;
        var tally = new StepTally(
            Pictures.Length, scoring.Made + read.Count, scoring.Restored + Math.Min(tagging.Restored, fromFiles), Pictures.Length - TaggedPictures.Length);
        Say(tally.Describe("Tag"));
    }

    private static string TagFileOf(ITaskItem picture) => picture.GetMetadata(PictureMetadata.TagFile);

    private string ScoresOf(ITaskItem picture) => Path.Combine(Folder, picture.Id() + ".tags.json");

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
        var model = Existing(Model, "model.onnx");
        var labels = Existing(Labels, "selected_tags.csv");
        var shared = new StepKey("Tag", StepVersion)
            .With("engine", EngineVersions.Of(Session, WorkerAssembly, this, CancellationToken).Tagger)
            .With("model", Session.State.HashInput(model))
            .With("labels", Session.State.HashInput(labels))
            .ToHash();
        var outputs = pictures.Select(picture => new StepOutput(
            picture.Id(),
            ScoresOf(picture),
            new StepKey("Tag", StepVersion).With("tagger", shared).With("picture", Session.State.HashInput(picture.ItemSpec)).ToHash())).ToList();
        var paths = pictures.ToDictionary(picture => picture.Id(), picture => picture.ItemSpec, StringComparer.Ordinal);
        return new MemoizedStep(Session).Run(outputs, (missing, finished) => new WorkerProcess(WorkerAssembly, this).Run(
            new TagJob(model, labels, [.. missing.Select(output => new PictureToTag(output.Id, paths[output.Id], output.Target))]),
            "Tag",
            done => finished(done.Id),
            CancellationToken));
    }

    private static string Existing(ITaskItem? file, string name)
    {
        if (file is null)
        {
            throw new LoraBuildException(
                DiagnosticCode.TaggerMissing,
                $"There is no tagger. Set LoraTagger to the folder that holds a WD tagger's model.onnx and selected_tags.csv ({name} is missing), or put a tag file beside every picture.");
        }

        var path = file.GetMetadata("FullPath");
        return File.Exists(path)
            ? path
            : throw new LoraBuildException(DiagnosticCode.TaggerMissing, $"The tagger's file '{path}' does not exist. Correct LoraTagger, or download the model there.", path);
    }

    private ContentHash Key(ITaskItem picture)
    {
        var key = new StepKey("tags", StepVersion).With("corrections", picture.GetMetadata(PictureMetadata.TagEdits));
        return TagFileOf(picture) is { Length: > 0 } tagFile
            ? key.With("tag file", Session.State.HashInput(tagFile)).ToHash()
            : key.With("scores", Session.State.HashInput(ScoresOf(picture))).With("threshold", Threshold.ToString("R", CultureInfo.InvariantCulture)).ToHash();
    }

    private (PictureTags Tags, OutfitFinding? Finding)? TagsOf(ITaskItem picture, ConcurrentBag<string> read, ConcurrentBag<string> failed)
    {
        try
        {
            var raw = TagFileOf(picture) is { Length: > 0 } tagFile ? TagList.Read(tagFile) : TagScores.Read(ScoresOf(picture)).AtLeast(Threshold);
            if (TagFileOf(picture).Length > 0)
                read.Add(picture.Id());
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
