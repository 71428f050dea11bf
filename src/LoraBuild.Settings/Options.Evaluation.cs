using LoraBuild.Base.Geometry;
using LoraBuild.Settings.Sampling;
using static LoraBuild.Settings.OptionKind;

namespace LoraBuild.Settings;

/// <content>The evaluation of the finished LoRA, its release and merging.</content>
public static partial class Options
{
    private const int MaxSamples = 10_000, MaxBatch = 1024, MaxSide = 65_536;
    private const double MaxGuidance = 100, MaxStrength = 100;

    private static readonly Precondition WhereEpochsAreSaved =
        Where("with LoraSaveEveryNEpochs above 0", settings => settings.SaveEveryNEpochs > 0);

    public static readonly Option<int> EvaluateSamples = OfLoraBuild(
        Topic.Evaluation, "LoraEvaluateSamples", Whole(1, MaxSamples), 24,
        "The number of prompts of each family, for each character.", Steps.Evaluate);

    public static readonly Option<SamplerKind> EvaluateSampler = OfLoraBuild(
        Topic.Evaluation, "LoraEvaluateSampler", Choice([.. SamplerNames.All]), SamplerKind.Ddim,
        "The sampler.", Steps.Evaluate);

    public static readonly Option<int> EvaluateSteps = OfLoraBuild(
        Topic.Evaluation, "LoraEvaluateSteps", Whole(1, PictureRequest.MaxSteps), 20,
        "The sampler's steps.", Steps.Evaluate);

    public static readonly Option<double> EvaluateScale = OfLoraBuild(
        Topic.Evaluation, "LoraEvaluateScale", Number(1, MaxGuidance), 7,
        "The scale of classifier-free guidance.", Steps.Evaluate);

    public static readonly Option<string?> EvaluateNegativePrompt = OfLoraBuild(
        Topic.Evaluation, "LoraEvaluateNegativePrompt", OptionalText, null,
        "The negative prompt of all pictures.", Steps.Evaluate,
        needs: new Precondition("with LoraEvaluateScale above 1", settings => EvaluateScale.Read(settings.Values) > 1));

    public static readonly Option<string?> EvaluateNotes = OfLoraBuild(
        Topic.Evaluation, "LoraEvaluateNotes", FilePath, null,
        "A text file of your own for the evaluation's page: what was tried, what to look at.", Steps.Evaluate);

    public static readonly Option<PixelSize?> EvaluateSize = OfLoraBuild(
        Topic.Evaluation, "LoraEvaluateSize", Size(PictureRequest.SizeUnit, MaxSide, PictureRequest.SizeUnit).OrEmpty(), null,
        "The size of the pictures.", Steps.Evaluate, "1024,1024 for SDXL, 512,512 for Stable Diffusion 1.x, `LoraResolution` for others");

    public static readonly Option<long> EvaluateSeed = OfLoraBuild(
        Topic.Evaluation, "LoraEvaluateSeed", Long(0, long.MaxValue / 2), 1,
        "The seed of each family's first picture; the next ones add 1. It also chooses what is asked for.", Steps.Evaluate);

    public static readonly Option<int> EvaluateBatchSize = OfLoraBuild(
        Topic.Evaluation, "LoraEvaluateBatchSize", Whole(1, MaxBatch), 4,
        "The number of pictures that are drawn at a time.", Steps.Evaluate);

    public static readonly Option<string?> EvaluateFeatures = OfLoraBuild(
        Topic.Evaluation, "LoraEvaluateFeatures", Tags, null,
        "Tags that she is recognised by.", Steps.Evaluate, "what StripFeatures took out of half of her pictures");

    public static readonly Option<string> SelectEpoch = OfLoraBuild(
        Topic.Evaluation, "LoraSelectEpoch", Word("last", "best"), "last",
        "`best`: the files of all epochs are evaluated, the best one is judged and copied to `NAME-best.safetensors`.", Steps.Evaluate,
        needs: WhereEpochsAreSaved);

    public static readonly Option<double?> MinIdentity = OfLoraBuild(
        Topic.Evaluation, "LoraMinIdentity", Share.OrEmpty(), null,
        "The least identity that `dotnet build -t:Evaluate` accepts.", Steps.Evaluate);

    public static readonly Option<double?> MinObedience = OfLoraBuild(
        Topic.Evaluation, "LoraMinObedience", Number(0, double.MaxValue).OrEmpty(), null,
        "The least obedience that it accepts, as a share of the base model's own: 0.75.", Steps.Evaluate);

    public static readonly Option<double?> MaxLeakage = OfLoraBuild(
        Topic.Evaluation, "LoraMaxLeakage", Number(-1, 1).OrEmpty(), null,
        "The most leakage that it accepts, beyond the base model's: 0.05.", Steps.Evaluate);

    public static readonly Option<PublishedEpochs> PublishEpochs = OfLoraBuild(
        Topic.Publishing, "LoraPublishEpochs", Parsed("last, all, or numbers of epochs such as 3,7", PublishedEpochs.TryParse),
        PublishedEpochs.Last,
        "The epochs whose LoRAs `dotnet publish` lays out besides the finished one: `last` none, `all`, or those of a list.",
        Steps.Publish, needs: WhereEpochsAreSaved);

    public static readonly Option<string?> MergeInto = OfLoraBuild(
        Topic.Publishing, "LoraMergeInto", FilePath with { Allowed = "empty, a file or a URI" }, null,
        "The checkpoint that `dotnet build -t:MergeLora` bakes the LoRA into: see [Merging](#merging).",
        Steps.MergeLora, "`LoraBaseModel`");

    public static readonly Option<double> MergeStrength = OfLoraBuild(
        Topic.Publishing, "LoraMergeStrength", Number(-MaxStrength, MaxStrength), 1,
        "The strength with which it does.", Steps.MergeLora);
}
