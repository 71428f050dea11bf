using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Tags;
using LoraBuild.Settings.Sampling;

namespace LoraBuild.Settings;

/// <summary>How a LoRA is evaluated, and what it must reach: the <c>LoraEvaluate...</c> properties and their kin.</summary>
public sealed record EvaluationSettings
{
    private const int MostSamples = 10_000, MostBatch = 1024;
    private const double MostGuidance = 100;

    /// <summary>Prompts of each family for each character, at least 1; outfits get one each at least.</summary>
    public int Samples { get; init; } = 24;

    /// <summary>The sampler.</summary>
    public SamplerKind Sampler { get; init; }

    /// <summary>The sampler's name in projects.</summary>
    public string SamplerName => SamplerNames.All.First(name => name.Value == Sampler).Text;

    /// <summary>Its steps, 1 to 999.</summary>
    public int Steps { get; init; } = 20;

    /// <summary>The scale of classifier-free guidance, at least 1.</summary>
    public double Guidance { get; init; } = 7;

    /// <summary>What no picture should show.</summary>
    public string NegativePrompt { get; init; } = "";

    /// <summary>Width and height in pixels, multiples of 8; null for what fits the model.</summary>
    public (int Width, int Height)? Size { get; init; }

    /// <summary>The seed of each family's first picture; the following ones add 1. It also chooses what is asked for.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Pictures that are drawn at a time.</summary>
    public int BatchSize { get; init; } = 4;

    /// <summary>Features that identity is measured by; empty for those that StripFeatures took out of the captions.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>Whether the files of all epochs are evaluated and the best one is chosen.</summary>
    public bool SelectBestEpoch { get; init; }

    /// <summary>The least identity, 0 to 1; null: any will do.</summary>
    public double? MinIdentity { get; init; }

    /// <summary>The least obedience as a share of the base model's own, at least 0; null: any will do.</summary>
    public double? MinObedience { get; init; }

    /// <summary>The most of her that is drawn unasked beyond what the base model draws, -1 to 1; null: any will do.</summary>
    public double? MaxLeakage { get; init; }

    /// <summary>Reads the settings from properties by name; one that is missing or empty has its default.</summary>
    /// <param name="values">Values by property name, such as <c>LoraEvaluateSamples</c>.</param>
    /// <param name="problems">LB1008 for every value that is none.</param>
    public static EvaluationSettings Parse(IReadOnlyDictionary<string, string> values, out IReadOnlyList<Diagnostic> problems)
    {
        var found = new List<Diagnostic>();
        problems = found;
        var usual = new EvaluationSettings();
        return usual with
        {
            Samples = (int)(Whole("LoraEvaluateSamples", 1, MostSamples) ?? usual.Samples),
            Sampler = ReadSampler(),
            Steps = (int)(Whole("LoraEvaluateSteps", 1, PictureRequest.MaxSteps) ?? usual.Steps),
            Guidance = Number("LoraEvaluateScale", 1, MostGuidance) ?? usual.Guidance,
            NegativePrompt = Value("LoraEvaluateNegativePrompt"),
            Size = ReadSize(),
            Seed = Whole("LoraEvaluateSeed", 0, long.MaxValue / 2) ?? usual.Seed,
            BatchSize = (int)(Whole("LoraEvaluateBatchSize", 1, MostBatch) ?? usual.BatchSize),
            Features = TagList.Parse(Value("LoraEvaluateFeatures")),
            SelectBestEpoch = ReadSelection(),
            MinIdentity = Number("LoraMinIdentity", 0, 1),
            MinObedience = Number("LoraMinObedience", 0, double.MaxValue),
            MaxLeakage = Number("LoraMaxLeakage", -1, 1),
        };

        string Value(string name) => values.GetValueOrDefault(name, "").Trim();

        long? Whole(string name, long least, long most)
        {
            if (Value(name).Length == 0)
                return null;
            if (long.TryParse(Value(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
                return number;
            Invalid(name, string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}"));
            return null;
        }

        double? Number(string name, double least, double most)
        {
            if (Value(name).Length == 0)
                return null;
            if (double.TryParse(Value(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
                return number;
            Invalid(
                name,
                most == double.MaxValue
                    ? string.Create(CultureInfo.InvariantCulture, $"a number of at least {least}")
                    : string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}"));
            return null;
        }

        SamplerKind ReadSampler()
        {
            if (Value("LoraEvaluateSampler").Length == 0)
                return usual.Sampler;
            foreach (var (text, sampler) in SamplerNames.All)
            {
                if (text == Value("LoraEvaluateSampler"))
                    return sampler;
            }

            Invalid("LoraEvaluateSampler", $"one of {string.Join(", ", SamplerNames.All.Select(name => name.Text))}");
            return usual.Sampler;
        }

        (int Width, int Height)? ReadSize()
        {
            var text = Value("LoraEvaluateSize");
            if (text.Length == 0)
                return null;
            var sides = text.Split(',').Select(side => int.TryParse(side.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length : 0).ToList();
            if (sides.Count is 1 or 2 && sides.TrueForAll(side => side > 0 && side % PictureRequest.SizeUnit == 0))
                return (sides[0], sides[^1]);
            Invalid("LoraEvaluateSize", $"WIDTH,HEIGHT in pixels, multiples of {PictureRequest.SizeUnit}");
            return null;
        }

        bool ReadSelection()
        {
            if (Value("LoraSelectEpoch") is "" or "last")
                return false;
            if (Value("LoraSelectEpoch") != "best")
                Invalid("LoraSelectEpoch", "last or best");
            return true;
        }

        void Invalid(string name, string allowed) => found.Add(new Diagnostic(
            DiagnosticCode.InvalidProperty, Severity.Error, $"{name} is '{Value(name)}'; it must be {allowed}."));
    }
}
