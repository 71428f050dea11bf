using LoraBuild.Settings;
using LoraBuild.Training.Parameters;

namespace LoraBuild.Training.Optimizers;

/// <summary>
/// <see cref="AdamW"/> with both running averages in 8 bits, as bitsandbytes' <c>AdamW8bit</c> keeps them: see
/// <see cref="BlockwiseState"/>. Weights under 4096 elements keep theirs in 32 bits. Unlike torch's, it decays the weights after the step.
/// </summary>
public sealed class AdamW8bit : IOptimizer
{
    private readonly ParameterBuffer parameters;
    private readonly AdamRates rates;
    private readonly StateLayout layout;
    private readonly BlockwiseState largeMean;
    private readonly BlockwiseState largeSquare;
    private readonly Tensor mean;
    private readonly Tensor square;
    private readonly Tensor steps;

    /// <summary>An optimizer over these weights.</summary>
    public AdamW8bit(ParameterBuffer parameters, AdamRates rates)
    {
        this.parameters = parameters;
        this.rates = rates;
        layout = new(parameters);
        var device = parameters.Values.device;
        largeMean = new(layout.LargeLength, DynamicMap.Signed(), device);
        largeSquare = new(layout.LargeLength, DynamicMap.Unsigned(), device);
        mean = zeros(layout.SmallLength, dtype: ScalarType.Float32, device: device).DetachFromDisposeScope();
        square = zeros(layout.SmallLength, dtype: ScalarType.Float32, device: device).DetachFromDisposeScope();
        steps = zeros(1, dtype: ScalarType.Int64).DetachFromDisposeScope();
        State = new Dictionary<string, Tensor>
        {
            ["mean_codes"] = largeMean.Codes, ["mean_scales"] = largeMean.Scales, ["square_codes"] = largeSquare.Codes,
            ["square_scales"] = largeSquare.Scales, ["mean"] = mean, ["square"] = square, ["steps"] = steps,
        };
    }

    /// <summary>Makes it with the defaults of the library that sd-scripts takes it from.</summary>
    public static IOptimizer Create(ParameterBuffer parameters, KeywordArguments arguments) =>
        new AdamW8bit(parameters, AdamRates.Of(arguments, weightDecay: 0.01));

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> State { get; }

    /// <inheritdoc/>
    public IEnumerable<Tensor> StateOf(ParameterPlace weight) => layout.StateOf(weight, [largeMean, largeSquare], [mean, square]);

    /// <inheritdoc/>
    public void Step(Func<ParameterGroup, double> learningRate)
    {
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        steps.add_(1);
        foreach (var (range, start) in layout.Small)
            Update(range, mean.narrow(0, start, range.Length), square.narrow(0, start, range.Length), range.LearningRate(learningRate));
        foreach (var (range, start) in layout.Large)
        {
            var (decodedMean, decodedSquare) = (largeMean.Decode(start, range.Length), largeSquare.Decode(start, range.Length));
            Update(range, decodedMean, decodedSquare, range.LearningRate(learningRate));
            largeMean.Encode(decodedMean, start);
            largeSquare.Encode(decodedSquare, start);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        largeMean.Dispose();
        largeSquare.Dispose();
        mean.Dispose();
        square.Dispose();
        steps.Dispose();
    }

    private void Update(ParameterRange range, Tensor rangeMean, Tensor rangeSquare, double rate)
    {
        var step = steps.item<long>();
        var meanCorrection = 1 - Math.Pow(rates.Beta1, step);
        var squareCorrection = Math.Sqrt(1 - Math.Pow(rates.Beta2, step));
        var gradients = Widened.Read(range.Of(parameters.Gradients));
        using var weights = new Widened(range.Of(parameters.Values));
        rangeMean.mul_(rates.Beta1).add_(gradients, alpha: 1 - rates.Beta1);
        rangeSquare.mul_(rates.Beta2).addcmul_(gradients, gradients, 1 - rates.Beta2);
        weights.Values
            .addcdiv_(rangeMean, rangeSquare.sqrt().add_(squareCorrection * rates.Epsilon), -rate * squareCorrection / meanCorrection)
            .mul_(1 - (rate * rates.WeightDecay));
    }
}
