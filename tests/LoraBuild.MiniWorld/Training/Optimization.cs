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
    private readonly Tensor average;
    private int step;

    public Optimization(ParameterBuffer parameters, TrainingLength length, double weightDecay, double averageDecay)
    {
        (this.parameters, this.length, this.averageDecay) = (parameters, length, averageDecay);
        optimizer = new AdamW(parameters, new AdamRates(Beta2: 0.99, WeightDecay: weightDecay));
        average = parameters.Values.detach().clone().DetachFromDisposeScope();
    }

    /// <summary>The running average of the weights, laid out as they are.</summary>
    /// <exception cref="InvalidOperationException">Some are not numbers, since some gradients were not.</exception>
    public Tensor Result =>
        average.isfinite().all().item<bool>() ? average : throw new InvalidOperationException("The weights are not numbers.");

    /// <summary>
    /// One step down the gradients of a loss, which nothing waits for: gradients that are not numbers show in the losses of later steps.
    /// </summary>
    /// <returns>The loss, where it was computed.</returns>
    public Tensor Descend(Tensor loss)
    {
        Diffusion.Checkpointing.Checkpoint.Backward(loss);
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        parameters.Gradients.mul_(Norm(parameters.Gradients).reciprocal().clamp_max(1));
        var rate = Rate(step++);
        optimizer.Step(_ => rate);
        parameters.ZeroGradients();
        // The first steps count as much as they are worth: an average over 1/(1 - decay) steps cannot have forgotten them before.
        var decay = Math.Min(averageDecay, (1.0 + step) / (10.0 + step));
        average.mul_(decay).add_(parameters.Values, alpha: 1 - decay);
        return loss.detach().MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        optimizer.Dispose();
        average.Dispose();
    }

    /// <summary>The length of all gradients together, on their device.</summary>
    /// <remarks>Sums block by block, so that the number of threads does not change a bit.</remarks>
    internal static Tensor Norm(Tensor gradients)
    {
        using var scope = NewDisposeScope();
        var sums = gradients.square();
        while (sums.numel() > 1)
            sums = functional.pad(sums, [0, -sums.numel() & (ParameterBuffer.BlockSize - 1)]).view(-1, ParameterBuffer.BlockSize).sum(1);
        return sums.sqrt().MoveToOuterDisposeScope();
    }

    private double Rate(int finished)
    {
        var progress = (double)finished / length.Steps;
        var fall = Math.Max(0, progress - length.Hold) / (1 - length.Hold);
        var rate = length.LastRate + ((length.Rate - length.LastRate) * (0.5 + (0.5 * Math.Cos(Math.PI * fall))));
        return rate * Math.Min(1, (finished + 1.0) / WarmUp);
    }
}
