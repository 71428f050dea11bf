using LoraBuild.Incremental.Steps;
using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Hashing;
using LoraBuild.Dataset.Tags;
using LoraBuild.Protocol;

namespace LoraBuild.Tasks.Steps;

/// <summary>The project's taggers over pictures: the score of every label, a file a picture, memoised.</summary>
/// <param name="host">The build.</param>
/// <param name="fetch">Brings a file or URI, which must hash to a SHA-256 or to nothing, onto this machine.</param>
/// <param name="taggers">The taggers: see <see cref="TagPictures.Taggers"/>.</param>
/// <param name="combination">The way in which the scores of several become one: see <see cref="ScoreCombination"/>.</param>
/// <param name="selection">The project's thresholds, to which taggers with thresholds of their own are stretched.</param>
internal sealed class TaggerScoring(
    IBuildHost host, Func<string, string, string> fetch, IReadOnlyList<ProjectTagger> taggers, string combination, TagSelection selection)
{
    private const int Version = 1, CombineVersion = 2;

    private PipelineSession Session => host.Session;

    /// <summary>The file in which a picture's scores lie.</summary>
    public static string FileIn(string folder, string id) => Path.Combine(folder, id + ".tags.json");

    /// <summary>Brings the scores of pictures up to date.</summary>
    /// <param name="pictures">Their ids and files.</param>
    /// <param name="folder">The folder for the scores.</param>
    /// <exception cref="LoraBuildException">LB3001: there is no tagger; and those of fetching a file.</exception>
    public StepTally Score(IReadOnlyList<(string Id, string Path)> pictures, string folder)
    {
        if (pictures.Count == 0)
            return new StepTally(0, 0, 0);
        RequireTagger();
        var thresholds =
            taggers.Select(tagger => TaggerThresholds.Parse(tagger.Name, tagger.Threshold, tagger.CharacterThreshold)).ToList();
        if (thresholds is [{ IsEmpty: true }])
            return Score(pictures, taggers[0], folder);
        var folders = taggers.Select((_, index) => Path.Combine(folder, (index + 1).ToString(CultureInfo.InvariantCulture))).ToList();
        var tallies = taggers.Zip(folders, (tagger, own) => Score(pictures, tagger, own)).ToList();
        Combine(pictures, [.. folders.Zip(thresholds)], folder);
        return new StepTally(
            pictures.Count, tallies.Max(tally => tally.Made), tallies.Max(tally => tally.Restored), tallies.Max(tally => tally.Failed));
    }

    /// <summary>The general tags that the taggers know, those of the first one first.</summary>
    /// <param name="folder">A folder for them, of this step alone.</param>
    /// <exception cref="LoraBuildException">As <see cref="Score(IReadOnlyList{ValueTuple{string, string}}, string)"/>.</exception>
    public IReadOnlyList<string> Vocabulary(string folder)
    {
        RequireTagger();
        var outputs = taggers.Select((tagger, index) =>
        {
            var labels = FetchLabels(tagger);
            var key = new StepKey("Vocabulary", Version).With("labels", Session.State.HashInput(labels)).ToHash();
            return (Labels: labels, Output: new StepOutput(labels, Path.Combine(folder, $"{index + 1}.txt"), key));
        }).DistinctBy(tagger => tagger.Labels).ToList();
        new MemoizedStep(Session, "Tag", host.Token).Run([.. outputs.Select(tagger => tagger.Output)], (missing, finished) =>
        {
            foreach (var output in missing)
                new WorkerProcess(host)
                    .Run(new ListTagsJob(output.Id, output.Files![0]), "Tag", _ => finished(new StepResult(output.Id)), host.Token);
        });
        return [.. outputs.SelectMany(tagger => TagList.Read(tagger.Output.Files![0])).Distinct(Tag.Comparer)];
    }

    private void RequireTagger()
    {
        if (taggers.Count == 0)
        {
            throw new LoraBuildException(
                DiagnosticCode.TaggerMissing,
                "There is no tagger. Set LoraTagger to the folder that holds a WD tagger's model.onnx and selected_tags.csv, or put a tag "
                + "file beside every picture.");
        }
    }

    private StepTally Score(IReadOnlyList<(string Id, string Path)> pictures, ProjectTagger tagger, string folder)
    {
        var model = FetchPart(tagger, tagger.Model, tagger.Sha256, "model.onnx");
        var labels = FetchLabels(tagger);
        var parts = OnnxModelFiles.Of(Session, model);
        string[] files = [.. parts, labels];
        var known = files.Concat(pictures.Select(picture => picture.Path)).Distinct(StringComparer.Ordinal)
            .ToDictionary(file => file, Session.State.HashInput, StringComparer.Ordinal);
        var shared = new StepKey("Tag", Version)
            .With("engine", EngineVersions.Of(host).Tagger)
            .With("model", OnnxModelFiles.Hash(Session, parts))
            .With("labels", known[labels])
            .ToHash();
        var outputs = pictures.Select(picture => new StepOutput(
            picture.Id,
            FileIn(folder, picture.Id),
            new StepKey("Tag", Version).With("tagger", shared).With("picture", known[picture.Path]).ToHash())).ToList();
        var paths = pictures.ToDictionary(picture => picture.Id, picture => picture.Path, StringComparer.Ordinal);
        return new MemoizedStep(Session, "Tag", host.Token).Run(outputs, (missing, finished) => new WorkerProcess(host).Run(
            new TagJob(model, labels, [.. missing.Select(output => new PictureToTag(output.Id, paths[output.Id], output.Files![0]))]),
            "Tag",
            done =>
            {
                foreach (var file in files.Append(paths[done.Id]))
                    Session.EnsureUnchanged(file, known[file]);
                finished(new StepResult(done.Id));
            },
            host.Token));
    }

    private void Combine(
        IReadOnlyList<(string Id, string Path)> pictures, List<(string Folder, TaggerThresholds Thresholds)> scored, string folder)
    {
        var outputs = pictures.Where(
            picture => scored.TrueForAll(tagger => Session.State.IsSeen(FileIn(tagger.Folder, picture.Id)))).Select(picture =>
        {
            var key = new StepKey("Combine", CombineVersion).With("combination", combination);
            foreach (var (own, thresholds) in scored)
            {
                key.With("scores", Session.State.HashInput(FileIn(own, picture.Id)));
                if (!thresholds.IsEmpty)
                    key.With("thresholds", $"{thresholds} of {selection.GeneralThreshold:R} {selection.CharacterThreshold:R}");
            }

            return new StepOutput(picture.Id, FileIn(folder, picture.Id), key.ToHash());
        }).ToList();
        new MemoizedStep(Session, "Tag", host.Token).Run(outputs, (missing, finished) =>
        {
            foreach (var output in missing)
            {
                var scores =
                    scored.Select(tagger => tagger.Thresholds.Stretch(TagScores.Read(FileIn(tagger.Folder, output.Id)), selection));
                ScoreCombination.Combine(combination, [.. scores]).Write(output.Files![0]);
                finished(new StepResult(output.Id));
            }
        });
    }

    private string FetchLabels(ProjectTagger tagger) => FetchPart(tagger, tagger.Labels, tagger.LabelsSha256, "selected_tags.csv");

    private string FetchPart(ProjectTagger tagger, string named, string sha256, string usualName) =>
        fetch(named.Length > 0 ? named : $"{tagger.Name.TrimEnd('/')}/{usualName}", sha256);
}

/// <summary>A tagger of a project; empty texts for what is not said of it.</summary>
/// <param name="Name">Its folder or the URI of one, as the project names it.</param>
/// <param name="Model">Its ONNX file or the URI of one, where that is elsewhere.</param>
/// <param name="Sha256">The SHA-256 of the model.</param>
/// <param name="Labels">Its <c>selected_tags.csv</c> or the URI of one, where that is elsewhere.</param>
/// <param name="LabelsSha256">The SHA-256 of the labels.</param>
/// <param name="Threshold">Its own threshold.</param>
/// <param name="CharacterThreshold">Its own threshold for tags of characters.</param>
internal sealed record ProjectTagger(
    string Name, string Model, string Sha256, string Labels, string LabelsSha256, string Threshold, string CharacterThreshold);
