using LoraBuild.Settings;
using LoraBuild.Training.Parameters;

namespace LoraBuild.Training.Optimizers;

/// <summary>
/// <see cref="Lion"/> with its momentum in 8 bits, as bitsandbytes' <c>Lion8bit</c> keeps it: see <see cref="BlockwiseState"/>. Weights
/// under 4096 elements keep theirs in 32 bits.
/// </summary>
public sealed class Lion8bit : IOptimizer
{
    private readonly ParameterBuffer parameters;
    private readonly LionRates rates;
    private readonly StateLayout layout;
    private readonly BlockwiseState large;
    private readonly Tensor momentum;

    /// <summary>An optimizer over these weights.</summary>
    public Lion8bit(ParameterBuffer parameters, LionRates rates)
    {
        this.parameters = parameters;
        this.rates = rates;
        layout = new(parameters);
        var device = parameters.Values.device;
        large = new(layout.LargeLength, DynamicMap.Signed(), device);
        momentum = zeros(layout.SmallLength, dtype: ScalarType.Float32, device: device).DetachFromDisposeScope();
        State = new Dictionary<string, Tensor> { ["codes"] = large.Codes, ["scales"] = large.Scales, ["momentum"] = momentum };
    }

    /// <summary>Makes it with the defaults of the library that sd-scripts takes it from.</summary>
    public static IOptimizer Create(ParameterBuffer parameters, KeywordArguments arguments) =>
        new Lion8bit(parameters, LionRates.Of(arguments));

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> State { get; }

    /// <inheritdoc/>
    public IEnumerable<Tensor> StateOf(ParameterPlace weight) => layout.StateOf(weight, [large], [momentum]);

    /// <inheritdoc/>
    public void Step(Func<ParameterGroup, double> learningRate)
    {
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (range, start) in layout.Small)
            rates.Update(parameters, range, momentum.narrow(0, start, range.Length), range.LearningRate(learningRate));

        foreach (var (range, start) in layout.Large)
        {
            var decoded = large.Decode(start, range.Length);
            rates.Update(parameters, range, decoded, range.LearningRate(learningRate));
            large.Encode(decoded, start);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        large.Dispose();
        momentum.Dispose();
    }
}
