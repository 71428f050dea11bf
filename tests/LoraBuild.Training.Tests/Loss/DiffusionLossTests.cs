using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.Diffusion.Schedule;
using LoraBuild.Settings;
using LoraBuild.Training.Data;
using LoraBuild.Training.Steps;

namespace LoraBuild.Training.Tests.Loss;

/// <summary>sd-scripts' formulas (train_util.py, custom_train_functions.py), written out for each sample.</summary>
public class DiffusionLossTests
{
    private static readonly long[] Timesteps = [3, 500, 999];

    [Theory]
    [InlineData(LossType.L2)]
    [InlineData(LossType.L1)]
    [InlineData(LossType.Huber)]
    [InlineData(LossType.SmoothL1)]
    public void Losses_are_means_over_the_places_and_then_over_the_samples(LossType type)
    {
        using var scope = NewDisposeScope();
        var loss = Loss(new() { LossType = type, HuberSchedule = HuberSchedule.Constant, HuberC = 0.2, HuberScale = 1.5 });
        var (input, prediction) = Case();

        var differences = (prediction - input.Noise).data<float>().ToArray().Select(d => (double)d);
        var expected = differences.Average(d => type switch
        {
            LossType.L2 => d * d,
            LossType.L1 => Math.Abs(d),
            LossType.Huber => 2 * 0.3 * (Math.Sqrt((d * d) + 0.09) - 0.3),
            _ => 2 * (Math.Sqrt((d * d) + 0.09) - 0.3),
        });
        Assert.Equal(expected, loss.Of(prediction, input).item<float>(), expected * 1e-5);
    }

    [Fact]
    public void Velocities_are_compared_with_velocities()
    {
        using var scope = NewDisposeScope();
        var (input, _) = Case();
        var velocity = NoiseSchedule.StableDiffusion.Velocity(input.Latents, input.Noise, Timesteps);

        Assert.Equal(0, Loss(new() { VParameterization = true }).Of(velocity, input).item<float>());
        Assert.True(Loss(new()).Of(velocity, input).item<float>() > 0.1);
    }

    [Fact]
    public void Masks_are_averaged_to_the_latents_and_weights_count_by_sample()
    {
        using var scope = NewDisposeScope();
        var (input, prediction) = Case();
        // 4 x 6 latents from an 8 x 12 mask whose left half counts, and a column of it by half.
        var mask = zeros([3, 1, 8, 12]);
        mask.narrow(3, 0, 5).fill_(1);
        input = input with { Mask = mask, Weights = [1, 0, 0.5] };

        var squares = (prediction - input.Noise).square().data<float>().ToArray();
        double[] weights = [1, 0, 0.5], columns = [1, 1, 0.5, 0, 0, 0];
        var expected = squares.Select((value, i) => value * weights[i / 96] * columns[i % 6]).Sum() / 96 / 3;
        Assert.Equal(expected, Loss(new()).Of(prediction, input).item<float>(), expected * 1e-5);
    }

    [Fact]
    public void Further_noise_is_added_and_not_asked_for()
    {
        using var scope = NewDisposeScope();
        var (input, _) = Case();
        var perturbed = input with { Perturbation = ones_like(input.Noise) };
        var loss = Loss(new());

        var difference = loss.NoisyLatents(perturbed) - loss.NoisyLatents(input);

        var deviation = Math.Sqrt(1 - NoiseSchedule.StableDiffusion.AlphasCumulative[500]);
        Assert.Equal(deviation, difference.select(0, 1).mean().item<float>(), 1e-5);
        Assert.Equal(0, loss.Of(input.Noise, perturbed).item<float>());
    }

    [Fact]
    public void Weights_follow_the_signal_to_noise_ratio()
    {
        foreach (var timestep in Timesteps)
        {
            var ratio = NoiseSchedule.StableDiffusion.SignalToNoise(timestep);
            var bounded = Math.Min(ratio, 1000);
            Weighs(new() { MinSnrGamma = 5 }, Math.Min(ratio, 5) / ratio);
            Weighs(new() { MinSnrGamma = 5, VParameterization = true }, Math.Min(ratio, 5) / (ratio + 1));
            Weighs(new() { DebiasedEstimationLoss = true }, 1 / Math.Sqrt(bounded));
            Weighs(new() { DebiasedEstimationLoss = true, VParameterization = true }, 1 / (bounded + 1));
            Weighs(new() { ScaleVPredLossLikeNoisePred = true, VParameterization = true }, bounded / (bounded + 1));
            Weighs(new() { VPredLikeLoss = 0.5 }, 1 + (0.5 * (bounded + 1) / bounded));
            Weighs(new() { MinSnrGamma = 1, DebiasedEstimationLoss = true }, Math.Min(ratio, 1) / ratio / Math.Sqrt(bounded));

            void Weighs(TrainingSettings settings, double weight) => Assert.Equal(1, Loss(settings).WeightAt(timestep) / weight, 1e-12);
        }
    }

    [Fact]
    public void Thresholds_follow_their_schedule()
    {
        var alpha = NoiseSchedule.StableDiffusion.AlphasCumulative[500];
        Assert.Equal((0.9 / Math.Pow(1 + Math.Sqrt((1 - alpha) / alpha), 2)) + 0.1, Loss(new()).ThresholdAt(500), 1e-12);
        Assert.Equal(2 * Math.Sqrt(0.1), Loss(new() { HuberSchedule = HuberSchedule.Exponential, HuberScale = 2 }).ThresholdAt(500), 1e-12);
        Assert.Equal(0.1, Loss(new() { ZeroTerminalSnr = true }).ThresholdAt(999), 1e-12);
    }

    private static DiffusionLoss Loss(TrainingSettings settings) => new(
        settings,
        new GaussianProcess(
            NoiseSchedule.StableDiffusion, settings.VParameterization == true ? PredictionType.Velocity : PredictionType.Epsilon));

    private static (StepInput Input, Tensor Prediction) Case()
    {
        var noise = Normal(1);
        return (new([new ClipText([]), new ClipText([]), new ClipText([])], Normal(2), noise, Timesteps), noise + (Normal(3) * 0.5));

        static Tensor Normal(int seed) =>
            tensor(new Base.Randomness.CounterRandom(seed).NextGaussians(3 * 96), dtype: ScalarType.Float32).view(3, 4, 4, 6);
    }
}
