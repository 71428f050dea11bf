using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Pictures;
using LoraBuild.Dataset.Tags;
using LoraBuild.Incremental.Steps;
using LoraBuild.Pages.Evaluation;
using LoraBuild.Protocol.Models;
using LoraBuild.Settings;
using LoraBuild.Settings.Sampling;
using LoraBuild.Tasks.Items;
using LoraBuild.Tasks.Steps;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// Evaluate: the finished LoRA and the base model draw the same prompts from the same seeds, the project's taggers say what is to be seen,
/// and <c>evaluation.json</c> and <c>index.html</c> say how much of her that is, and how much of what was asked for. What the project asks
/// of its LoRA and does not get is an error.
/// </summary>
public sealed class EvaluateLora : DrawingTask
{
    private const string BaseFolder = "base", LoraFolder = "lora";

    /// <summary>The project's name.</summary>
    [Required]
    public string Title { get; set; } = "";

    /// <summary>The ledger of raw tags.</summary>
    [Required]
    public string TaggedFile { get; set; } = "";

    /// <summary>The ledger of captions.</summary>
    [Required]
    public string AlignedFile { get; set; } = "";

    /// <summary>The author's own table of implications, or nothing.</summary>
    public ITaskItem? Implications { get; set; }

    /// <summary>The least share of a character's pictures in which a feature is stripped.</summary>
    [Required]
    public double FeatureFrequency { get; set; }

    /// <summary>The taggers: see <see cref="TagPictures.Taggers"/>.</summary>
    public ITaskItem[] Taggers { get; set; } = [];

    /// <summary>The way in which the scores of several taggers become one.</summary>
    public string Combination { get; set; } = "";

    /// <summary>Properties with metadata <c>Value</c>: see <see cref="EvaluationSettings"/> and <see cref="TagSelection"/>.</summary>
    [Required]
    public ITaskItem[] Settings { get; set; } = [];

    /// <summary>The author's notes, or nothing.</summary>
    public ITaskItem? Notes { get; set; }

    /// <summary>The folder for scores and thumbnails.</summary>
    [Required]
    public string WorkFolder { get; set; } = "";

    /// <summary>The folder for <c>evaluation.json</c>, <c>index.html</c> and the pictures.</summary>
    [Required]
    public string Folder { get; set; } = "";

    /// <inheritdoc/>
    protected override void Run()
    {
        if (ReadSettings() is not { } training)
            return;
        // The build before has let others begin.
        Session.Begin(() => Say("Waiting for another build of this project to end"), CancellationToken);
        var values = SettingItems.Values(Settings);
        var settings = EvaluationSettings.Read(values);
        var selection = TaggingSettings.Read(values);
        var files = LoraFiles(settings.SelectBestEpoch);
        if (settings.SelectBestEpoch && files.Count == 1)
        {
            Report(new Diagnostic(
                DiagnosticCode.NothingToAskFor, Severity.Warning,
                "LoraSelectEpoch 'best' has no choice: there is no file of an epoch but the finished LoRA. Train for more epochs, or take "
                + "it away."));
        }

        var implications = OwnImplications.Read(Session, PathOf(Implications));
        var taggers = new TaggerScoring(
            this, (file, sha256) => Fetch(file, sha256, DiagnosticCode.TaggerMissing), TaggerItems.Read(Taggers), Combination, selection);
        var plans = Plans(settings, taggers.Vocabulary(Path.Combine(WorkFolder, "vocabulary")), implications.Table);

        var sets = new List<PictureSet> { new(null, BaseFolder, [.. plans.SelectMany(plan => plan.Pictures(withLora: false)).Distinct()]) };
        sets.AddRange(files.Select(file => new PictureSet(
            file, $"{LoraFolder}/{Path.GetFileNameWithoutExtension(file)}",
            [.. plans.SelectMany(plan => plan.Pictures(withLora: true)).Distinct()])));
        var drawing = Drawing(training, settings.BatchSize, "to hold the LoRA against", promptFile: null).Draw(
            [.. sets.Select(set =>
                new DrawnSet(set.Lora, [.. set.Pictures.Select(picture => Request(picture, settings, training))], PathOf(set.Folder)))]);
        if (Log.HasLoggedErrors)
            return;
        var tagging = taggers.Score([.. sets.SelectMany(Ids).Select(id => (id, PathOf(id) + ".png"))], ScoresFolder);
        if (Log.HasLoggedErrors)
            return;
        Say(drawing.Describe("Draw"));
        Say(tagging.Describe("Tag"));

        var without = Look(sets[0], selection);
        var evaluated = files.Zip(sets.Skip(1), (file, set) =>
        {
            var withLora = Look(set, selection);
            return new EvaluatedFile(
                Path.GetFileName(file),
                [.. plans.Select(plan => EvaluationScorer.Score(
                    plan, (picture, isWithLora) => (isWithLora ? withLora : without)[picture], implications.Table, settings.Seed))]);
        }).ToList();
        var judged = EvaluatedFile.Best(evaluated);
        var missed = judged.Characters.SelectMany(character => EvaluationGate.Check(judged.File, character, settings)).ToList();
        Publish(judged.File, settings.SelectBestEpoch);
        new EvaluationPageStep(this, Folder, Path.Combine(WorkFolder, "thumbnails")).Write(
            Report(judged, settings.SelectBestEpoch ? evaluated : [], missed, settings, selection, sets[0]),
            [.. new[] { sets[0], sets[1 + evaluated.IndexOf(judged)] }.SelectMany(Ids)]);
        foreach (var character in judged.Characters)
            Say($"Evaluate: {judged.File}, {character.Summary}");
        Session.Sweep(Folder);
        Session.Sweep(ScoresFolder);
        // What was drawn need not be looked for in the store by the next evaluation, whatever is missed.
        Session.Save();
        Session.End();
        foreach (var diagnostic in missed)
            Report(diagnostic);
    }

    private string ScoresFolder => Path.Combine(WorkFolder, "scores");

    private string PathOf(string name) => Path.Combine(Folder, EvaluationPageStep.PicturesFolder, name);

    private static IEnumerable<string> Ids(PictureSet set) => set.Pictures.Select((_, place) => IdOf(set, place));

    private static string IdOf(PictureSet set, int place) => $"{set.Folder}/{Path.GetFileNameWithoutExtension(DrawingStep.NameOf(place))}";

    // Of this build: what an earlier one left has other settings.
    private List<string> LoraFiles(bool withEpochs)
    {
        var names = new LoraFileNames(OutputName);
        var finished = Path.Combine(OutputFolder, names.Finished);
        if (!Session.State.IsSeen(finished))
        {
            throw new LoraBuildException(
                DiagnosticCode.NothingToEvaluate,
                "There is no finished LoRA to evaluate. Set LoraTrain to true; where a training stopped early, build until it is "
                + "finished.");
        }

        return withEpochs ? [.. names.EpochsIn(OutputFolder).Where(Session.State.IsSeen), finished] : [finished];
    }

    private List<EvaluationPlan> Plans(EvaluationSettings settings, IReadOnlyList<string> vocabulary, ImplicationTable implications)
    {
        var (tagged, aligned) = (Session.ReadLedger(TaggedFile), Session.ReadLedger(AlignedFile));
        var ids = Session.Pictures.ToLookup(picture => picture.Character, picture => picture.Id, Tag.Comparer);
        var dataset = Session.Pictures.Select(picture => picture.Id).SelectMany(id => tagged[id].Tags.Tags.Concat(aligned[id].Tags.Tags))
            .Distinct(Tag.Comparer).ToList();
        var plans = Session.Characters.Select(character => EvaluationPlanner.Plan(
            character,
            IdentityFeatures.Of(
                character, [.. ids[character.Trigger].Select(id => (id, tagged[id].Tags.Tags))], FeatureFrequency, implications,
                settings.Features),
            dataset,
            vocabulary,
            implications,
            settings)).ToList();
        foreach (var plan in plans)
        {
            if (plan.Features.Count == 0)
                Warn(
                    plan.Character,
                    "No feature of hers that the tagger knows was taken out of most captions, so identity and leakage are not measured. "
                    + "Name some in LoraEvaluateFeatures.");
            if (!plan.Cases.Any(one => one.Family == EvaluationFamily.Obedience))
                Warn(
                    plan.Character,
                    "The dataset has all clothes, poses and places that the tagger knows, so obedience and leakage are not measured.");
        }

        return plans;
    }

    private void Warn(Character character, string message) =>
        Report(new Diagnostic(DiagnosticCode.NothingToAskFor, Severity.Warning, message, character.File));

    private static PictureRequest Request(EvaluationPicture picture, EvaluationSettings settings, TrainingSettings training) => new()
    {
        Prompt = picture.Prompt,
        NegativePrompt = settings.NegativePrompt,
        Seed = picture.Seed,
        Steps = settings.Steps,
        Guidance = settings.Guidance,
        Sampler = settings.Sampler,
        ClipSkip = training.ClipSkip ?? 1,
        Width = settings.Size?.Width ?? 0,
        Height = settings.Size?.Height ?? 0,
    };

    private Dictionary<EvaluationPicture, (string File, IReadOnlyList<string> Tags)> Look(
        PictureSet set, TagSelection selection) => set.Pictures
        .Select((picture, place) => (picture, Id: IdOf(set, place)))
        .ToDictionary(
            entry => entry.picture,
            entry =>
                ($"{EvaluationPageStep.PicturesFolder}/{entry.Id}.png", selection.Apply(
                    TagScores.Read(TaggerScoring.FileIn(ScoresFolder, entry.Id))).Tags));

    private EvaluationReport Report(
        EvaluatedFile judged,
        IReadOnlyList<EvaluatedFile> chosenFrom,
        IReadOnlyList<Diagnostic> missed,
        EvaluationSettings settings,
        TagSelection selection,
        PictureSet plain)
    {
        var size = PngHeader.ReadSize(PathOf(IdOf(plain, 0)) + ".png");
        if (Notes is not null)
            Session.Links.Require(PathOf(Notes)!);
        return new EvaluationReport(
            Title,
            judged.File,
            new EvaluationConditions(
                settings.Samples, settings.SamplerName, settings.Steps, settings.Guidance, settings.NegativePrompt, size.Width, size.Height,
                settings.Seed,
                selection.GeneralThreshold),
            new EvaluationBounds(settings.MinIdentity, settings.MinObedience, settings.MaxLeakage),
            [.. missed.Select(diagnostic => $"{diagnostic.Code}: {diagnostic.Message}")],
            judged.Characters,
            [.. chosenFrom.Select(EpochSummary.Of)],
            Notes is null ? [] : EvaluationNotes.Read(Notes.GetMetadata("FullPath")));
    }

    // Beside the finished LoRA, whose name stays that of the training's end.
    private void Publish(string file, bool isChosen)
    {
        var target = Path.Combine(OutputFolder, new LoraFileNames(OutputName).Best);
        if (!isChosen)
        {
            File.Delete(target);
            return;
        }

        var source = Path.Combine(OutputFolder, file);
        // A copy follows from its own content.
        var content = Session.State.HashInput(source);
        new MemoizedStep(Session, "Evaluate", CancellationToken) { IsStored = false }.Run(new StepOutput("best", target, content), () =>
        {
            FileCopy.Copy(source, target);
            Say($"Best epoch: {file} -> {target}");
            return new StepResult("best") { Contents = [content] };
        });
    }

    /// <summary>Pictures of one model.</summary>
    /// <param name="Lora">The LoRA file, or null for the base model.</param>
    /// <param name="Folder">The folder of their files below <c>pictures</c>.</param>
    /// <param name="Pictures">The pictures.</param>
    private sealed record PictureSet(string? Lora, string Folder, IReadOnlyList<EvaluationPicture> Pictures);
}
