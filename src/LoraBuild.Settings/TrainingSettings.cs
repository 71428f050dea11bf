using System.Collections.Immutable;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Geometry;

namespace LoraBuild.Settings;

/// <summary>
/// All that an author can set about the training: a value for each of <see cref="Options.Training"/>. Equal where all values are.
/// </summary>
/// <remarks>The properties of the options are in a file of their own, which follows from the table.</remarks>
public sealed partial record TrainingSettings
{
    // Those that are not the default.
    private ImmutableDictionary<Option, object?> values = ImmutableDictionary<Option, object?>.Empty;

    /// <summary>The resolution of the article that LoraBuild follows, for models of which nothing else is known.</summary>
    public static PixelSize UsualResolution { get; } = new(768, 768);

    /// <summary>The area of a training picture: <see cref="Resolution"/>, or the usual one.</summary>
    public PixelSize TrainedResolution => Resolution ?? UsualResolution;

    /// <summary>True if pictures carry a mask of what the loss counts.</summary>
    public bool UsesMasks => AlphaMask || MaskedLoss;

    /// <summary>True if each picture is encoded once, before the training.</summary>
    public bool UsesCachedLatents => CacheLatents || CacheLatentsToDisk;

    /// <summary>True if each caption is encoded once, before the training.</summary>
    public bool UsesCachedTexts => CacheTextEncoderOutputs || CacheTextEncoderOutputsToDisk;

    /// <summary>True if the weights of text encoders are kept in 8 bits.</summary>
    public bool CompressesText => Fp8Base && !Fp8BaseUnet;

    /// <summary>True if those of the denoiser are.</summary>
    public bool CompressesDenoiser => Fp8Base || Fp8BaseUnet;

    /// <summary>The number format in which adapters, their gradients and the optimizer's state are kept.</summary>
    public ModelPrecision AdapterPrecision =>
        FullFp16 ? ModelPrecision.Float16 : FullBf16 ? ModelPrecision.BFloat16 : ModelPrecision.Float32;

    /// <summary>The rate at which <see cref="LearningRateSchedule.Polynomial"/> ends: transformers', or the author's.</summary>
    public double EndOfPolynomial => LrSchedulerArgs.Number(LearningRateSchedules.End, ifMissing: 1e-7);

    /// <summary>Reads options by their sd-scripts names. An option that is not named, or whose text is empty, has its default.</summary>
    /// <param name="options">Values by <see cref="Option.Name"/>.</param>
    /// <param name="problems">All problems: LB1008 for an unknown name or a value that the option (or the optimizer) does not take, LB5001
    /// for values that do not go together. The result is of no use where there is an error.</param>
    public static TrainingSettings Parse(IReadOnlyDictionary<string, string> options, out IReadOnlyList<Diagnostic> problems)
    {
        var found = new List<Diagnostic>();
        var settings = new TrainingSettings();
        foreach (var (name, text) in options.OrderBy(option => option.Key, StringComparer.Ordinal))
        {
            var option = Options.FindName(name);
            if (option is null)
                found.Add(new(DiagnosticCode.InvalidProperty, Severity.Error, UnknownOption(name)));
            else if (string.IsNullOrWhiteSpace(text))
                continue;
            else if (option.TryRead(text, out var value))
                settings.Set(option, value);
            else
                found.Add(option.Problem(text));
        }

        // As networks.lora has it.
        if (settings.Algo == AdapterAlgorithm.Lora && string.IsNullOrWhiteSpace(options.GetValueOrDefault(Options.ConvDim.Name!)))
            settings.Set(Options.ConvDim, 0);
        found.AddRange(settings.OptimizerArgs.ProblemsFor($"{settings.OptimizerType}", settings.OptimizerType.Arguments)
            .Select(message => new Diagnostic(DiagnosticCode.InvalidProperty, Severity.Error, $"{Options.OptimizerArgs}: {message}")));
        if (found.Count == 0)
        {
            found.AddRange(TrainingContradictions.Of(settings).Select(message =>
                new Diagnostic(DiagnosticCode.InvalidTrainingSetting, Severity.Error, message)));
        }

        problems = found;
        return settings;
    }

    /// <summary>These settings with the resolution of a model, where they have none of their own.</summary>
    /// <param name="usual">The resolution.</param>
    /// <param name="problems">LB5001 for values that do not go together with it.</param>
    public TrainingSettings WithResolution(PixelSize usual, out IReadOnlyList<Diagnostic> problems) =>
        Parse((this with { Resolution = Resolution ?? usual }).ToOptions(), out problems);

    /// <summary>LB5010 for each setting whose LoRA other programs do not read, or read otherwise.</summary>
    public IReadOnlyList<Diagnostic> WarningsOfOtherPrograms() =>
        [.. TrainingContradictions.OfOtherPrograms(this)
            .Select(message => new Diagnostic(DiagnosticCode.OthersDiffer, Severity.Warning, message))];

    /// <summary>LB5001 for a loss that does not go with what the model predicts; null where it does.</summary>
    /// <param name="isVelocity">True if the model predicts velocities, false for noise.</param>
    public Diagnostic? ProblemOfPrediction(bool isVelocity) => TrainingContradictions.LossOfOtherPrediction(this, isVelocity) is { } message
        ? new(DiagnosticCode.InvalidTrainingSetting, Severity.Error, message)
        : null;

    /// <summary>The value of an option.</summary>
    public T Get<T>(Option<T> option) => values.TryGetValue(option, out var value) ? (T)value! : option.Default;

    /// <summary>The value of an option as text.</summary>
    public string Text(Option option) => option.Write(values.TryGetValue(option, out var value) ? value : option.UntypedDefault);

    /// <summary>Every option's value as text, by sd-scripts' name; <see cref="Parse"/> reads them back to equal settings.</summary>
    public IReadOnlyDictionary<string, string> ToOptions() => Options.Training.ToDictionary(option => option.Name!, Text);

    /// <summary>These settings as far as the LoRA depends on them.</summary>
    public TrainingSettings WithoutSamples() =>
        this with { values = values.RemoveRange(values.Keys.Where(option => !option.Steps.HasFlag(Steps.Train))) };

    /// <inheritdoc/>
    public bool Equals(TrainingSettings? other) => other is not null && values.Count == other.values.Count
        && values.All(entry => other.values.TryGetValue(entry.Key, out var value) && Equals(entry.Value, value));

    /// <inheritdoc/>
    public override int GetHashCode() => values.Aggregate(0, (sum, entry) => sum ^ HashCode.Combine(entry.Key, entry.Value));

    private void Set(Option option, object? value) =>
        values = Equals(value, option.UntypedDefault) ? values.Remove(option) : values.SetItem(option, value);

    private static string UnknownOption(string name) =>
        Nearest.Of(name, Options.Training.Select(option => option.Name!)) is { } nearest
            ? $"There is no training option '{name}'. Did you mean '{nearest}'?"
            : $"There is no training option '{name}'. build/README.md lists all that there are.";
}
