using LoraBuild.Diffusion.Schedule;
using LoraBuild.Settings;
using LoraBuild.Training.Data;

namespace LoraBuild.Training.Steps;

/// <summary>
/// The loss of a denoiser: its input, its target, and sd-scripts' losses with their weights. The weights follow from the signal-to-noise
/// ratio of the schedule without <c>zero_terminal_snr</c>, as in sd-scripts.
/// </summary>
/// <param name="settings">The loss and its weights.</param>
/// <param name="noise">The process by which noise is added and predicted.</param>
public sealed class DiffusionLoss(TrainingSettings settings, INoiseProcess noise)
{
    // What sd-scripts bounds the signal-to-noise ratio of clean samples by.
    private const double HighestRatio = 1000;

    private readonly INoiseProcess process = settings.ZeroTerminalSnr || noise.HasZeroTerminalSnr ? noise.WithZeroTerminalSnr() : noise;
    private readonly bool predictsVelocity = noise.Prediction == PredictionType.Velocity;

    /// <summary>The latents with noise, [batch, channels, height, width].</summary>
    public Tensor NoisyLatents(StepInput input)
    {
        using var scope = NewDisposeScope();
        var added = input.Perturbation is null ? input.Noise : input.Noise + input.Perturbation;
        return process.AddNoise(input.Latents, added, input.Timesteps).MoveToOuterDisposeScope();
    }

    /// <summary>The mean over the samples of their weighted losses, a scalar.</summary>
    /// <param name="prediction">The model's output, float32, of the latents' shape.</param>
    /// <param name="input">The model's input.</param>
    public Tensor Of(Tensor prediction, StepInput input)
    {
        using var scope = NewDisposeScope();
        var target = process.Target(input.Latents, input.Noise, input.Timesteps);
        var errors = Errors(prediction - target, input.Timesteps);
        if (input.Mask is { } mask)
            errors = errors * nn.functional.adaptive_avg_pool2d(mask, [errors.shape[2], errors.shape[3]]);
        var losses = errors.flatten(1).mean([1]);
        float[] weights = [.. input.Timesteps.Select((timestep, i) => (float)(WeightAt(timestep) * (input.Weights?[i] ?? 1)))];
        if (weights.Any(weight => weight != 1))
            losses = losses * tensor(weights, device: losses.device);
        return losses.mean().MoveToOuterDisposeScope();
    }

    /// <summary>The weight of a sample at a timestep.</summary>
    /// <param name="timestep">0..999.</param>
    public double WeightAt(long timestep)
    {
        var ratio = noise.SignalToNoise(timestep);
        var bounded = Math.Min(ratio, HighestRatio);
        var likeNoise = bounded / (bounded + 1);
        var weight = 1.0;
        if (settings.MinSnrGamma is { } gamma)
            weight *= Math.Min(ratio, gamma) / (predictsVelocity ? ratio + 1 : ratio);
        if (settings.ScaleVPredLossLikeNoisePred)
            weight *= likeNoise;
        if (settings.VPredLikeLoss is { } share)
            weight *= 1 + (share / likeNoise);
        if (settings.DebiasedEstimationLoss)
            weight *= predictsVelocity ? 1 / (bounded + 1) : 1 / Math.Sqrt(bounded);
        return weight;
    }

    /// <summary><c>huber_c</c> at a timestep, by <c>huber_schedule</c>.</summary>
    /// <param name="timestep">0..999.</param>
    public double ThresholdAt(long timestep)
    {
        switch (settings.HuberSchedule)
        {
            case HuberSchedule.Constant:
                return settings.HuberC * settings.HuberScale;
            case HuberSchedule.Exponential:
                return Math.Exp(Math.Log(settings.HuberC) * timestep / NoiseSchedule.Steps) * settings.HuberScale;
            default:
                // The noise's deviation where the picture's is 1; infinite where nothing of the picture is left.
                var deviation = Math.Sqrt(1 / process.SignalToNoise(timestep));
                return ((1 - settings.HuberC) / ((1 + deviation) * (1 + deviation))) + settings.HuberC;
        }
    }

    private Tensor Errors(Tensor differences, long[] timesteps)
    {
        switch (settings.LossType)
        {
            case LossType.L2:
                return differences.square();
            case LossType.L1:
                return differences.abs();
            default:
                float[] values = [.. timesteps.Select(timestep => (float)ThresholdAt(timestep))];
                var thresholds = tensor(values, [values.Length, 1, 1, 1], device: differences.device);
                var distances = (differences.square() + thresholds.square()).sqrt() - thresholds;
                return settings.LossType == LossType.Huber ? distances * (thresholds * 2) : distances * 2;
        }
    }
}
