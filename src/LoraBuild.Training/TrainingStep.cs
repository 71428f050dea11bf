using LoraBuild.Core.Settings;
using LoraBuild.Diffusion.Checkpointing;
using LoraBuild.Diffusion.Schedule;
using LoraBuild.Training.Adapters;
using LoraBuild.Training.Optimizers;
using LoraBuild.Training.Parameters;

namespace LoraBuild.Training;

/// <summary>One optimizer step: predict the noise, compare, go back, clip, change the adapters.</summary>
public sealed class TrainingStep
{
    // torch's clip_grad_norm_ adds it to the norm that it divides by.
    private const double NormEpsilon = 1e-6;

    private readonly TrainingReplica models;
    private readonly TrainingReplica? second;
    private readonly ParameterBuffer parameters;
    private readonly IOptimizer optimizer;
    private readonly TrainingSettings settings;
    private readonly LossScale? scale;

    /// <summary>A step over these models.</summary>
    /// <param name="models">The models.</param>
    /// <param name="second">A copy of them with <see cref="AdapterNetwork.Twin"/> adapters, through which the second half of each batch goes
    /// at the same time; or null.</param>
    /// <param name="optimizer">Changes the adapters' weights.</param>
    /// <param name="settings">Clip skip, checkpointing, gradient clipping and the loss' weights.</param>
    /// <param name="scale">Loss scaling, or null where the models compute in 32 bits or bfloat16.</param>
    public TrainingStep(
        TrainingReplica models, TrainingReplica? second, IOptimizer optimizer, TrainingSettings settings, LossScale? scale = null)
    {
        this.models = models;
        this.second = second;
        this.optimizer = optimizer;
        this.settings = settings;
        this.scale = scale;
        parameters = models.Network.Parameters;
        foreach (var replica in second is null ? [models] : new[] { models, second })
        {
            replica.UNet.GradientCheckpointing = settings.GradientCheckpointing;
            replica.TextEncoder.GradientCheckpointing = settings.GradientCheckpointing && !settings.NetworkTrainUnetOnly;
        }
    }

    /// <summary>Runs a step.</summary>
    /// <param name="input">What to learn from; belongs to the caller.</param>
    /// <param name="learningRate">The learning rate of each group.</param>
    /// <returns>The result. Where the loss or the norm is not finite, no weight has changed.</returns>
    public StepResult Run(StepInput input, Func<ParameterGroup, double> learningRate)
    {
        using var scope = NewDisposeScope();
        var value = second is null || input.Timesteps.Length == 1 ? Backward(models, input, 1) : BackwardInHalves(input, second);
        if (!double.IsFinite(value))
            return new(value, double.NaN);

        if (scale is not null)
            parameters.Gradients.mul_(1 / scale.Factor);
        var norm = parameters.GradientNorm();
        var overflowed = !double.IsFinite(norm);
        scale?.Update(overflowed);
        if (overflowed)
            return new(value, norm, Skipped: scale is not null);

        var clip = settings.MaxGradNorm / (norm + NormEpsilon);
        if (settings.MaxGradNorm > 0 && clip < 1)
            parameters.Gradients.mul_(clip);
        optimizer.Step(learningRate);
        if (settings.ScaleWeightNorms is { } longest)
            models.Network.ScaleWeightNorms(longest);
        return new(value, norm);
    }

    private double BackwardInHalves(StepInput input, TrainingReplica other)
    {
        var count = input.Timesteps.Length;
        var half = (count + 1) / 2;
        var (front, back) = (input.Part(0, half), input.Part(half, count - half));
        var (frontLoss, backLoss) = (0.0, 0.0);
        SideBySide.Run(
            () => frontLoss = Backward(models, front, (double)half / count),
            () => backLoss = Backward(other, back, (double)(count - half) / count));
        parameters.Gradients.add_(other.Network.Parameters.Gradients);
        return frontLoss + backLoss;
    }

    // The loss times its share of the whole batch's; where it is finite, its gradients are in the replica's buffer.
    private double Backward(TrainingReplica replica, StepInput input, double share)
    {
        using var scope = NewDisposeScope();
        replica.Network.Parameters.ZeroGradients();
        replica.Network.BeginPass(input.Pass, input.FirstSample);
        var loss = Loss(replica, input) * share;
        var value = (double)loss.item<float>();
        if (double.IsFinite(value))
            Checkpoint.Backward(scale is null ? loss : loss * scale.Factor);
        replica.Network.EndPass();
        return value;
    }

    private Tensor Loss(TrainingReplica replica, StepInput input)
    {
        var unet = replica.UNet;
        var schedule = NoiseSchedule.StableDiffusion;
        var dtype = unet.Layers[0].Weight.dtype;
        var device = unet.Layers[0].Weight.device;
        var context = replica.TextEncoder.Encode(input.Tokens, settings.ClipSkip ?? 1, input.TokenWeights);
        var noisy = schedule.AddNoise(input.Latents, input.Noise, input.Timesteps).to_type(dtype);
        var prediction = unet.Forward(noisy, tensor(input.Timesteps, device: device), context);
        var errors = (prediction.to_type(ScalarType.Float32) - input.Noise).square().flatten(1).mean([1]);
        if (settings.MinSnrGamma is { } gamma)
        {
            var weights = input.Timesteps.Select(step => (float)MinSnrWeight(schedule.AlphasCumulative[(int)step], gamma)).ToArray();
            errors = errors * tensor(weights, device: device);
        }

        return errors.mean();
    }

    // min(SNR, gamma) / SNR, for a model that predicts the noise.
    private static double MinSnrWeight(double alpha, double gamma) => Math.Min(1, gamma * (1 - alpha) / alpha);
}
