using System.Runtime.InteropServices;
using LoraBuild.Settings;
using LoraBuild.Training.Parameters;

namespace LoraBuild.Training.Optimizers;

/// <summary>
/// Prodigy (Mishchenko and Defazio, "An Expeditiously Adaptive Parameter-Free Learner", arXiv:2306.06101), as in <c>prodigyopt</c>: Adam
/// whose steps are d times the learning rate, where d estimates the distance from the first weights to the solution. One d for all weights;
/// the learning rates of groups are equal or 0.
/// </summary>
public sealed class Prodigy : IOptimizer
{
    private const int D = 0, HighestD = 1, Numerator = 2, Steps = 3, Started = 4;

    private readonly ParameterBuffer parameters;
    private readonly AdamRates rates;
    private readonly ProdigyOptions options;
    private readonly double beta3;
    private readonly Tensor mean;
    private readonly Tensor square;
    private readonly Tensor sum;
    private readonly Tensor first;
    private readonly Tensor counters;

    /// <summary>An optimizer over these weights.</summary>
    public Prodigy(ParameterBuffer parameters, AdamRates rates, ProdigyOptions options)
    {
        this.parameters = parameters;
        this.rates = rates;
        this.options = options;
        beta3 = options.Beta3 ?? Math.Sqrt(rates.Beta2);
        mean = zeros_like(parameters.Gradients).DetachFromDisposeScope();
        square = zeros_like(parameters.Gradients).DetachFromDisposeScope();
        sum = zeros_like(parameters.Gradients).DetachFromDisposeScope();
        first = zeros_like(parameters.Gradients).DetachFromDisposeScope();
        counters = tensor([options.FirstD, options.FirstD, 0, 0, 0], dtype: ScalarType.Float64).DetachFromDisposeScope();
        State = new Dictionary<string, Tensor>
        {
            ["mean"] = mean, ["square"] = square, ["sum"] = sum, ["first"] = first, ["counters"] = counters,
        };
    }

    /// <summary>Makes it with the defaults of the library that sd-scripts takes it from.</summary>
    public static IOptimizer Create(ParameterBuffer parameters, KeywordArguments arguments) =>
        new Prodigy(parameters, AdamRates.Of(arguments), ProdigyOptions.Of(arguments));

    /// <summary>The estimate d.</summary>
    public double Estimate => counters.data<double>()[D];

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> State { get; }

    /// <inheritdoc/>
    public IEnumerable<Tensor> StateOf(ParameterPlace weight) => [weight.Of(mean), weight.Of(square), weight.Of(sum)];

    /// <inheritdoc/>
    public void Step(Func<ParameterGroup, double> learningRate)
    {
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        var counted = counters.data<double>().ToArray();
        if (counted[Started] == 0)
            first.copy_(parameters.Values.narrow(0, 0, first.numel()));
        counted[Started] = 1;

        if (!options.Decouple && rates.WeightDecay > 0)
            parameters.Gradients.add_(parameters.Values.narrow(0, 0, first.numel()), alpha: rates.WeightDecay);
        var rate = parameters.Ranges.Max(range => range.LearningRate(learningRate));
        var step = rate * counted[D] * Correction(counted[Steps] + 1);
        using var means = new Widened(mean);
        using var squares = new Widened(square);
        var (progress, distance) = Accumulate(
            counted[D], step, means.Values, squares.Values,
            [.. parameters.Ranges.Where(range => range.LearningRate(learningRate) > 0)]);
        // Without a rate or a gradient there is nothing to learn from, and the step does not count.
        if (distance > 0)
        {
            counted[Numerator] = (beta3 * counted[Numerator]) + progress;
            Raise(counted, options.DCoefficient * counted[Numerator] / distance);
            Move(counted[D], step, means.Values, squares.Values);
            counted[Steps]++;
        }

        counters.copy_(tensor(counted, dtype: ScalarType.Float64));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var buffer in (Tensor[])[mean, square, sum, first, counters])
            buffer.Dispose();
    }

    private double Correction(double step) => options.UseBiasCorrection
        ? Math.Sqrt(1 - Math.Pow(rates.Beta2, step)) / (1 - Math.Pow(rates.Beta1, step))
        : 1;

    // What this step adds to the numerator of the estimate, and the denominator.
    private (double Progress, double Distance) Accumulate(
        double d, double step, Tensor means, Tensor squares, IReadOnlyList<ParameterRange> ranges)
    {
        var (progress, distance) = (0.0, 0.0);
        var scaled = d / options.FirstD;
        foreach (var range in ranges)
        {
            var gradients = Widened.Read(range.Of(parameters.Gradients));
            using var sums = new Widened(range.Of(sum));
            var moved = Widened.Read(range.Of(first)) - Widened.Read(range.Of(parameters.Values));
            progress += scaled * step * Total(moved.mul_(gradients));
            range.Of(means).mul_(rates.Beta1).add_(gradients, alpha: d * (1 - rates.Beta1));
            range.Of(squares).mul_(rates.Beta2).addcmul_(gradients, gradients, d * d * (1 - rates.Beta2));
            distance += Total(sums.Values.mul_(beta3).add_(gradients, alpha: scaled * (options.SafeguardWarmup ? d : step)).abs());
        }

        return (progress, distance);
    }

    private void Raise(double[] counted, double estimate)
    {
        if (counted[D] == options.FirstD)
            counted[D] = Math.Max(counted[D], estimate);
        counted[HighestD] = Math.Max(counted[HighestD], estimate);
        counted[D] = Math.Min(counted[HighestD], counted[D] * options.GrowthRate);
    }

    private void Move(double d, double step, Tensor means, Tensor squares)
    {
        using var trained = new Widened(parameters.Values.narrow(0, 0, first.numel()));
        if (options.Decouple)
            trained.Values.mul_(1 - (rates.WeightDecay * step));
        trained.Values.addcdiv_(means, squares.sqrt().add_(d * rates.Epsilon), -step);
    }

    // Block by block, so that the number of threads does not change a bit.
    private static double Total(Tensor values)
    {
        var blocks = values.view(-1, ParameterBuffer.BlockSize).sum(1).cpu();
        var total = 0.0;
        foreach (var block in MemoryMarshal.Cast<byte, float>(blocks.bytes))
            total += block;
        return total;
    }
}

/// <summary>
/// Options that <see cref="Prodigy"/> has besides <see cref="AdamRates"/>; names and defaults are those of <c>prodigyopt</c>.
/// </summary>
/// <param name="Beta3">Decay of the averages that d is found by; null: the square root of beta2.</param>
/// <param name="Decouple">True to decay weights as in AdamW; else the decay is added to the gradient.</param>
/// <param name="UseBiasCorrection">True to correct averages as in Adam.</param>
/// <param name="SafeguardWarmup">True to leave the learning rate's warm-up out of what d is found by.</param>
/// <param name="FirstD"><c>d0</c>: the first estimate of d.</param>
/// <param name="DCoefficient"><c>d_coef</c>: a factor of the estimate.</param>
/// <param name="GrowthRate">d grows by this factor a step at most.</param>
public sealed record ProdigyOptions(
    double? Beta3 = null,
    bool Decouple = true,
    bool UseBiasCorrection = false,
    bool SafeguardWarmup = false,
    double FirstD = 1e-6,
    double DCoefficient = 1,
    double GrowthRate = double.PositiveInfinity)
{
    internal static ProdigyOptions Of(KeywordArguments arguments)
    {
        var defaults = new ProdigyOptions();
        return new(
            arguments.OptionalNumber("beta3"),
            arguments.Flag("decouple", defaults.Decouple),
            arguments.Flag("use_bias_correction", defaults.UseBiasCorrection),
            arguments.Flag("safeguard_warmup", defaults.SafeguardWarmup),
            arguments.Number("d0", defaults.FirstD),
            arguments.Number("d_coef", defaults.DCoefficient),
            arguments.Number("growth_rate", defaults.GrowthRate));
    }
}
