using LoraBuild.Settings;
using LoraBuild.Training.Parameters;

namespace LoraBuild.Training.Optimizers;

/// <summary>Adam with decoupled weight decay (arXiv:1711.05101), with bias correction as torch's own.</summary>
public sealed class AdamW : IOptimizer
{
    private readonly ParameterBuffer parameters;
    private readonly AdamRates rates;
    private readonly Tensor mean;
    private readonly Tensor square;
    private readonly Tensor steps;

    /// <summary>An optimizer over these weights.</summary>
    public AdamW(ParameterBuffer parameters, AdamRates rates)
    {
        this.parameters = parameters;
        this.rates = rates;
        mean = zeros_like(parameters.Gradients).DetachFromDisposeScope();
        square = zeros_like(parameters.Gradients).DetachFromDisposeScope();
        steps = zeros(1, dtype: ScalarType.Int64).DetachFromDisposeScope();
        State = new Dictionary<string, Tensor> { ["mean"] = mean, ["square"] = square, ["steps"] = steps };
    }

    /// <summary>Makes it with the defaults of the library that sd-scripts takes it from.</summary>
    public static IOptimizer Create(ParameterBuffer parameters, KeywordArguments arguments) =>
        new AdamW(parameters, AdamRates.Of(arguments, weightDecay: 0.01));

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> State { get; }

    /// <inheritdoc/>
    public IEnumerable<Tensor> StateOf(ParameterPlace weight) => [weight.Of(mean), weight.Of(square)];

    /// <inheritdoc/>
    public void Step(Func<ParameterGroup, double> learningRate)
    {
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        steps.add_(1);
        var step = steps.item<long>();
        var gradients = Widened.Read(parameters.Gradients);
        using var means = new Widened(mean);
        using var squares = new Widened(square);
        means.Values.mul_(rates.Beta1).add_(gradients, alpha: 1 - rates.Beta1);
        squares.Values.mul_(rates.Beta2).addcmul_(gradients, gradients, 1 - rates.Beta2);
        var divisors = squares.Values.sqrt().div_(Math.Sqrt(1 - Math.Pow(rates.Beta2, step))).add_(rates.Epsilon);
        var correction = 1 - Math.Pow(rates.Beta1, step);
        foreach (var range in parameters.Ranges)
        {
            var rate = range.LearningRate(learningRate);
            using var weights = new Widened(range.Of(parameters.Values));
            weights.Values.mul_(1 - (rate * rates.WeightDecay))
                .addcdiv_(range.Of(means.Values), range.Of(divisors), -rate / correction);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        mean.Dispose();
        square.Dispose();
        steps.Dispose();
    }
}

/// <summary>The numbers that Adam and its relatives share.</summary>
/// <param name="Beta1">Decay of the running average of gradients.</param>
/// <param name="Beta2">Decay of the running average of their squares.</param>
/// <param name="Epsilon">The number added to the square root that a step is divided by.</param>
/// <param name="WeightDecay">Decoupled weight decay.</param>
public sealed record AdamRates(double Beta1 = 0.9, double Beta2 = 0.999, double Epsilon = 1e-8, double WeightDecay = 0)
{
    /// <summary>Reads the arguments that Adam and its relatives share.</summary>
    /// <param name="arguments">The arguments.</param>
    /// <param name="weightDecay">The library's default.</param>
    internal static AdamRates Of(KeywordArguments arguments, double weightDecay = 0)
    {
        var defaults = new AdamRates();
        var (beta1, beta2) = arguments.Pair("betas", (defaults.Beta1, defaults.Beta2));
        return new(beta1, beta2, arguments.Number("eps", defaults.Epsilon), arguments.Number("weight_decay", weightDecay));
    }
}
