using LoraBuild.Training.Optimizers;
using LoraBuild.Training.Parameters;

namespace LoraBuild.MiniWorld.Training;

/// <summary>
/// Steps of AdamW with clipped gradients, a rate that rises for 100 steps, stays, and falls by a cosine, and a running average of the
/// weights, which is the result.
/// </summary>
internal sealed class Optimization : IDisposable
{
    private const int WarmUp = 100;

    private readonly ParameterBuffer parameters;
    private readonly AdamW optimizer;
    private readonly TrainingLength length;
    private readonly double averageDecay;
    private int step;

    public Optimization(ParameterBuffer parameters, TrainingLength length, double weightDecay, double averageDecay)
    {
        (this.parameters, this.length, this.averageDecay) = (parameters, length, averageDecay);
        optimizer = new AdamW(parameters, new AdamRates(Beta2: 0.99, WeightDecay: weightDecay));
        Average = parameters.Values.detach().clone().DetachFromDisposeScope();
    }

    /// <summary>The running average of the weights, laid out as they are.</summary>
    public Tensor Average { get; }

    /// <summary>One step down the gradients of a loss.</summary>
    /// <returns>The loss.</returns>
    public float Descend(Tensor loss)
    {
        loss.backward();
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        var norm = parameters.GradientNorm();
        if (!double.IsFinite(norm))
            throw new InvalidOperationException($"The gradients of step {step + 1} are not numbers.");
        if (norm > 1)
            parameters.Gradients.mul_(1 / norm);
        var rate = Rate(step++);
        optimizer.Step(_ => rate);
        parameters.ZeroGradients();
        // The first steps count as much as they are worth: an average over 1/(1 - decay) steps cannot have forgotten them before.
        var decay = Math.Min(averageDecay, (1.0 + step) / (10.0 + step));
        Average.mul_(decay).add_(parameters.Values, alpha: 1 - decay);
        return loss.cpu().item<float>();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        optimizer.Dispose();
        Average.Dispose();
    }

    private double Rate(int finished)
    {
        var progress = (double)finished / length.Steps;
        var fall = Math.Max(0, progress - length.Hold) / (1 - length.Hold);
        var rate = length.LastRate + ((length.Rate - length.LastRate) * (0.5 + (0.5 * Math.Cos(Math.PI * fall))));
        return rate * Math.Min(1, (finished + 1.0) / WarmUp);
    }
}
