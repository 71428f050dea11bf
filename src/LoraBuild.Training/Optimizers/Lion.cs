using LoraBuild.Settings;
using LoraBuild.Training.Parameters;

namespace LoraBuild.Training.Optimizers;

/// <summary>
/// Lion (arXiv:2302.06675): weights move by the sign of a running average of gradients. <c>p -= lr x (wd x p + sign(b1 m + (1 - b1)
/// g))</c>, then <c>m = b2 m + (1 - b2) g</c>, with m starting at 0.
/// </summary>
public sealed class Lion : IOptimizer
{
    private readonly ParameterBuffer parameters;
    private readonly LionRates rates;
    private readonly Tensor momentum;

    /// <summary>An optimizer over these weights.</summary>
    public Lion(ParameterBuffer parameters, LionRates rates)
    {
        this.parameters = parameters;
        this.rates = rates;
        momentum = zeros_like(parameters.Gradients).DetachFromDisposeScope();
        State = new Dictionary<string, Tensor> { ["momentum"] = momentum };
    }

    /// <summary>Makes it with the defaults of the library that sd-scripts takes it from.</summary>
    public static IOptimizer Create(ParameterBuffer parameters, KeywordArguments arguments) =>
        new Lion(parameters, LionRates.Of(arguments));

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> State { get; }

    /// <inheritdoc/>
    public IEnumerable<Tensor> StateOf(ParameterPlace weight) => [weight.Of(momentum)];

    /// <inheritdoc/>
    public void Step(Func<ParameterGroup, double> learningRate)
    {
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        foreach (var range in parameters.Ranges)
        {
            using var average = new Widened(range.Of(momentum));
            rates.Update(parameters, range, average.Values, range.LearningRate(learningRate));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => momentum.Dispose();
}

/// <summary>The numbers of <see cref="Lion"/>, and its step on tensors in 32 bits.</summary>
/// <param name="Beta1">Weight of the momentum in the direction of a step.</param>
/// <param name="Beta2">Weight of the momentum in its own average.</param>
/// <param name="WeightDecay">Decoupled weight decay.</param>
public sealed record LionRates(double Beta1, double Beta2, double WeightDecay)
{
    internal static LionRates Of(KeywordArguments arguments)
    {
        var (beta1, beta2) = arguments.Pair("betas", (0.9, 0.99));
        return new(beta1, beta2, arguments.Number("weight_decay", 0));
    }

    /// <summary>Moves the weights of a range and their momentum in place.</summary>
    /// <param name="parameters">Weights and gradients.</param>
    /// <param name="range">The range.</param>
    /// <param name="momentum">Its momentum in 32 bits.</param>
    /// <param name="learningRate">Its learning rate.</param>
    internal void Update(ParameterBuffer parameters, ParameterRange range, Tensor momentum, double learningRate)
    {
        using var scope = NewDisposeScope();
        var gradients = Widened.Read(range.Of(parameters.Gradients));
        using var weights = new Widened(range.Of(parameters.Values));
        var direction = (momentum * Beta1).add_(gradients, alpha: 1 - Beta1).sign_();
        weights.Values.mul_(1 - (learningRate * WeightDecay)).add_(direction, alpha: -learningRate);
        momentum.mul_(Beta2).add_(gradients, alpha: 1 - Beta2);
    }
}
