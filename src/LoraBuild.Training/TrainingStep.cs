using LoraBuild.Core.Settings;
using LoraBuild.Diffusion.Checkpointing;
using LoraBuild.Diffusion.Clip;
using LoraBuild.Diffusion.Schedule;
using LoraBuild.Diffusion.UNet;
using LoraBuild.Training.Adapters;
using LoraBuild.Training.Optimizers;
using LoraBuild.Training.Parameters;

namespace LoraBuild.Training;

/// <summary>One optimizer step: predict the noise, compare, go back, clip, change the adapters.</summary>
public sealed class TrainingStep
{
    // torch's clip_grad_norm_ adds it to the norm that it divides by.
    private const double NormEpsilon = 1e-6;

    private readonly TextEncoder textEncoder;
    private readonly UNetModel unet;
    private readonly ParameterBuffer parameters;
    private readonly IOptimizer optimizer;
    private readonly TrainingSettings settings;
    private readonly LossScale? scale;

    /// <summary>A step over these models, whose adapters are in place.</summary>
    /// <param name="textEncoder">The text encoder; it gets gradients where it has adapters.</param>
    /// <param name="unet">The UNet.</param>
    /// <param name="network">The adapters.</param>
    /// <param name="optimizer">Changes their weights.</param>
    /// <param name="settings">Clip skip, checkpointing, gradient clipping and the loss' weights.</param>
    /// <param name="scale">Loss scaling, or null where the models compute in 32 bits or bfloat16.</param>
    public TrainingStep(
        TextEncoder textEncoder, UNetModel unet, LoHaNetwork network, IOptimizer optimizer, TrainingSettings settings, LossScale? scale = null)
    {
        this.textEncoder = textEncoder;
        this.unet = unet;
        this.optimizer = optimizer;
        this.settings = settings;
        this.scale = scale;
        parameters = network.Parameters;
        unet.GradientCheckpointing = settings.GradientCheckpointing;
        textEncoder.GradientCheckpointing = settings.GradientCheckpointing && !settings.NetworkTrainUnetOnly;
    }

    /// <summary>Runs a step.</summary>
    /// <param name="input">What to learn from; belongs to the caller.</param>
    /// <param name="learningRate">The learning rate of each group.</param>
    /// <returns>The result. Where the loss or the norm is not finite, no weight has changed.</returns>
    public StepResult Run(StepInput input, Func<ParameterGroup, double> learningRate)
    {
        using var scope = NewDisposeScope();
        parameters.ZeroGradients();
        var loss = Loss(input);
        var value = (double)loss.item<float>();
        if (!double.IsFinite(value))
            return new(value, double.NaN);

        Checkpoint.Backward(scale is null ? loss : loss * scale.Factor);
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
        return new(value, norm);
    }

    private Tensor Loss(StepInput input)
    {
        var schedule = NoiseSchedule.StableDiffusion;
        var dtype = unet.Layers[0].Weight.dtype;
        var device = unet.Layers[0].Weight.device;
        var context = textEncoder.Encode(input.Tokens, settings.ClipSkip ?? 1);
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
