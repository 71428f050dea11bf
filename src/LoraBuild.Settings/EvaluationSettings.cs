using LoraBuild.Base.Geometry;
using LoraBuild.Dataset.Tags;
using LoraBuild.Settings.Sampling;

namespace LoraBuild.Settings;

/// <summary>The settings of an evaluation, and the bounds that a LoRA must keep.</summary>
public sealed record EvaluationSettings
{
    /// <summary>Prompts of each family for each character, at least 1; outfits get one each at least.</summary>
    public int Samples { get; init; } = Options.EvaluateSamples.Default;

    /// <summary>The sampler.</summary>
    public SamplerKind Sampler { get; init; } = Options.EvaluateSampler.Default;

    /// <summary>The sampler's name in projects.</summary>
    public string SamplerName => Options.EvaluateSampler.Format(Sampler);

    /// <summary>The sampler's steps, 1 to 999.</summary>
    public int Steps { get; init; } = Options.EvaluateSteps.Default;

    /// <summary>The scale of classifier-free guidance, at least 1.</summary>
    public double Guidance { get; init; } = Options.EvaluateScale.Default;

    /// <summary>The negative prompt of all pictures.</summary>
    public string NegativePrompt { get; init; } = "";

    /// <summary>The size of the pictures, with sides that are multiples of 8 pixels; null for what fits the model.</summary>
    public PixelSize? Size { get; init; }

    /// <summary>The seed of each family's first picture; the following ones add 1. It also chooses what is asked for.</summary>
    public long Seed { get; init; } = Options.EvaluateSeed.Default;

    /// <summary>Pictures that are drawn at a time.</summary>
    public int BatchSize { get; init; } = Options.EvaluateBatchSize.Default;

    /// <summary>Features that identity is measured by; empty for those that StripFeatures took out of the captions.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>True to evaluate the files of all epochs and choose the best one.</summary>
    public bool SelectBestEpoch { get; init; }

    /// <summary>The least identity, 0 to 1; null: any will do.</summary>
    public double? MinIdentity { get; init; }

    /// <summary>The least obedience as a share of the base model's own, at least 0; null: any will do.</summary>
    public double? MinObedience { get; init; }

    /// <summary>The most of her that is drawn unasked beyond what the base model draws, -1 to 1; null: any will do.</summary>
    public double? MaxLeakage { get; init; }

    /// <summary>Reads the settings from properties by name; one that is missing or empty has its default.</summary>
    /// <param name="values">Values by property name, such as <c>LoraEvaluateSamples</c>.</param>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB1008: a value is none that its property takes.</exception>
    public static EvaluationSettings Read(IReadOnlyDictionary<string, string> values) => new()
    {
        Samples = Options.EvaluateSamples.Read(values),
        Sampler = Options.EvaluateSampler.Read(values),
        Steps = Options.EvaluateSteps.Read(values),
        Guidance = Options.EvaluateScale.Read(values),
        NegativePrompt = Options.EvaluateNegativePrompt.Read(values) ?? "",
        Size = Options.EvaluateSize.Read(values),
        Seed = Options.EvaluateSeed.Read(values),
        BatchSize = Options.EvaluateBatchSize.Read(values),
        Features = TagList.Parse(Options.EvaluateFeatures.Read(values) ?? ""),
        SelectBestEpoch = Options.SelectEpoch.Read(values) == "best",
        MinIdentity = Options.MinIdentity.Read(values),
        MinObedience = Options.MinObedience.Read(values),
        MaxLeakage = Options.MaxLeakage.Read(values),
    };
}
