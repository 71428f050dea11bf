using LoraBuild.Core.Randomness;
using LoraBuild.Diffusion;
using LoraBuild.Diffusion.Schedule;
using LoraBuild.Diffusion.Vae;
using LoraBuild.MiniWorld.Drawing;

namespace LoraBuild.MiniWorld.Training;

/// <summary>
/// Trains UNet and text encoder together to predict the noise in the latents of drawings, by their captions, with the loss weighted by
/// min-SNR (Hang et al., arXiv:2303.09556).
/// </summary>
internal static class UNetTraining
{
    private const double MinSnr = 5;
    private const int EncodedAtOnce = 16;

    /// <summary>Trains them on as many drawings as said, whose latents are made first.</summary>
    public static void Run(string folder, Device device, long seed, TrainingLength length, int drawings)
    {
        using var trained = TrainedModel.Open(folder, device, WorldSizes.UNetPrefix, WorldSizes.TextPrefix);
        using var latents = new DrawnLatents();
        Encode(trained.Model.Vae, device, seed, drawings, latents);
        using var optimization = new Optimization(trained.Parameters, length, weightDecay: 0.01, averageDecay: 0.999);
        var progress = new Progress("UNet", length.Steps);
        for (var step = 1; step <= length.Steps; step++)
        {
            using var scope = NewDisposeScope();
            var batch = latents.Batch(seed, step, length.Batch);
            progress.Report(step, optimization.Descend(Loss(trained.Model, batch, seed, step, device)));
        }
        trained.Save(optimization.Average);
    }

    /// <summary>What is minimised: the weighted mean of squared errors.</summary>
    internal static Tensor Loss(StableDiffusion model, (Tensor Mean, Tensor Deviation, IReadOnlyList<string> Captions) batch, long seed, int step, Device device)
    {
        var count = batch.Captions.Count;
        var random = new CounterRandom(seed, Purpose.Batch, step, 1);
        var timesteps = new long[count];
        for (var i = 0; i < count; i++)
            timesteps[i] = random.NextInt(NoiseSchedule.Steps);
        var noise = tensor(random.NextGaussians((int)batch.Mean.numel()), batch.Mean.shape, device: device);
        var clean = batch.Mean + (batch.Deviation * tensor(random.NextGaussians((int)batch.Mean.numel()), batch.Mean.shape, device: device));
        var noisy = model.Schedule.AddNoise(clean, noise, timesteps);
        var ids = tensor([.. batch.Captions.SelectMany(caption => model.Tokenizer.Encode(caption)[0])], [count, Diffusion.Clip.ClipTokenizer.ChunkLength], device: device);
        var predicted = model.UNet.Forward(noisy, tensor(timesteps, device: device), model.TextEncoder.Forward(ids));
        var weights = tensor([.. timesteps.Select(timestep => (float)Math.Min(1, MinSnr / model.Schedule.SignalToNoise(timestep)))], device: device);
        return ((predicted - noise).square().mean([1, 2, 3]) * weights).mean();
    }

    private static void Encode(AutoencoderKL vae, Device device, long seed, int drawings, DrawnLatents latents)
    {
        using var ungraded = no_grad();
        var progress = new Progress("Latents", drawings);
        var batches = drawings / EncodedAtOnce;
        var done = 0;
        foreach (var pictures in Ahead.Of(batches, number => Pictures(seed, number)))
        {
            using var scope = NewDisposeScope();
            var (mean, logVariance) = vae.Encode(DrawnPicture.Stack(pictures).to(device));
            latents.Add(mean * AutoencoderKL.ScaleFactor, (logVariance * 0.5).exp() * AutoencoderKL.ScaleFactor, [.. pictures.Select(picture => picture.Tags)]);
            progress.Report(done += pictures.Length, 0);
        }
    }

    private static DrawnPicture[] Pictures(long seed, int number)
    {
        var (width, height) = DrawnPicture.Buckets[number % DrawnPicture.Buckets.Count];
        var pictures = new DrawnPicture[EncodedAtOnce];
        Parallel.For(0, EncodedAtOnce, i => pictures[i] = DrawnPicture.Draw(seed, Purpose.UNetPictures, ((long)number * EncodedAtOnce) + i, width, height));
        return pictures;
    }
}
