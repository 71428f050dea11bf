using LoraBuild.Training.Parameters;

namespace LoraBuild.Training.Optimizers;

/// <summary>Adam with decoupled weight decay (arXiv:1711.05101), with epsilon 1e-8 and bias correction as torch's own.</summary>
public sealed class AdamW : IOptimizer
{
    private const double Epsilon = 1e-8;

    private readonly ParameterBuffer parameters;
    private readonly double beta1;
    private readonly double beta2;
    private readonly double weightDecay;
    private readonly Tensor mean;
    private readonly Tensor square;
    private readonly Tensor steps;

    /// <summary>An optimizer over these weights.</summary>
    public AdamW(ParameterBuffer parameters, double beta1, double beta2, double weightDecay)
    {
        this.parameters = parameters;
        (this.beta1, this.beta2, this.weightDecay) = (beta1, beta2, weightDecay);
        mean = zeros_like(parameters.Gradients).DetachFromDisposeScope();
        square = zeros_like(parameters.Gradients).DetachFromDisposeScope();
        steps = zeros(1, dtype: ScalarType.Int64).DetachFromDisposeScope();
        State = new Dictionary<string, Tensor> { ["mean"] = mean, ["square"] = square, ["steps"] = steps };
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, Tensor> State { get; }

    /// <inheritdoc/>
    public void Step(Func<ParameterGroup, double> learningRate)
    {
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        steps.add_(1);
        var step = steps.item<long>();
        mean.mul_(beta1).add_(parameters.Gradients, alpha: 1 - beta1);
        square.mul_(beta2).addcmul_(parameters.Gradients, parameters.Gradients, 1 - beta2);
        var divisors = square.sqrt().div_(Math.Sqrt(1 - Math.Pow(beta2, step))).add_(Epsilon);
        var correction = 1 - Math.Pow(beta1, step);
        foreach (var range in parameters.Ranges)
        {
            var rate = range.LearningRate(learningRate);
            range.Of(parameters.Values).mul_(1 - (rate * weightDecay)).addcdiv_(range.Of(mean), range.Of(divisors), -rate / correction);
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
