using LoraBuild.Base.Randomness;
using LoraBuild.Diffusion.Clip;
using LoraBuild.Diffusion.Families.StableDiffusion;
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
    private const int EncodedAtOnce = 64;

    /// <summary>Trains them on as many drawings as said, whose latents are made first.</summary>
    public static void Run(string folder, Device device, long seed, TrainingLength length, int drawings)
    {
        using var trained = TrainedModel.Open(folder, device, WorldSizes.UNetPrefix, WorldSizes.TextPrefix);
        using var latents = new DrawnLatents();
        Encode(trained.Model.Vae, device, seed, drawings, latents);
        using var optimization = new Optimization(trained.Parameters, length, weightDecay: 0.01, averageDecay: 0.998);
        using var progress = new Progress("UNet", length.Steps, device);
        var step = 0;
        foreach (var batch in Ahead.Of(length.Steps, number => Batch(trained.Model.Tokenizer, latents, seed, number, length.Batch)))
        {
            using var scope = NewDisposeScope();
            progress.Report(++step, optimization.Descend(Loss(trained.Model, latents, batch)));
        }
        trained.Save(optimization.Result);
    }

    /// <summary>A batch, by its number.</summary>
    internal static UNetBatch Batch(ClipTokenizer tokenizer, DrawnLatents latents, long seed, int number, int count)
    {
        var choice = latents.Choose(seed, number, count);
        var random = new CounterRandom(seed, Purpose.Batch, number, 1);
        var timesteps = new long[count];
        for (var i = 0; i < count; i++)
            timesteps[i] = random.NextInt(NoiseSchedule.Steps);
        var noise = random.NextGaussians((int)(2 * count * latents.Channels * choice.Size.Height * choice.Size.Width));
        return new(choice, [.. choice.Captions.SelectMany(caption => tokenizer.Encode(caption)[0])], timesteps, noise);
    }

    /// <summary>What is minimised: the weighted mean of squared errors.</summary>
    internal static Tensor Loss(StableDiffusionModel model, DrawnLatents latents, UNetBatch batch)
    {
        var (mean, deviation) = latents.Of(batch.Latents);
        var (count, device) = (mean.shape[0], mean.device);
        var gaussians = tensor(batch.Noise, [2, .. mean.shape], device: device);
        var noise = gaussians.select(0, 0);
        var noisy = NoiseSchedule.StableDiffusion.AddNoise(mean + (deviation * gaussians.select(0, 1)), noise, batch.Timesteps);
        var ids = tensor(batch.Ids, [count, ClipTokenizer.ChunkLength], device: device);
        var predicted = model.UNet.Forward(noisy, tensor(batch.Timesteps, device: device), model.TextEncoder.Forward(ids));
        var weights = tensor([.. batch.Timesteps.Select(timestep => (float)Math.Min(
            1, MinSnr / NoiseSchedule.StableDiffusion.SignalToNoise(timestep)))], device: device);
        return ((predicted - noise).square().mean([1, 2, 3]) * weights).mean();
    }

    private static void Encode(AutoencoderKL vae, Device device, long seed, int drawings, DrawnLatents latents)
    {
        using var ungraded = no_grad();
        using var progress = new Progress("Latents", drawings / EncodedAtOnce, device);
        var done = 0;
        foreach (var pictures in Ahead.Of(drawings / EncodedAtOnce, number => Pictures(seed, number)))
        {
            using var scope = NewDisposeScope();
            var (mean, logVariance) = vae.Encode(DrawnPicture.Stack(pictures, device));
            latents.Add(mean * vae.ScaleFactor, (logVariance * 0.5).exp() * vae.ScaleFactor, [.. pictures.Select(picture => picture.Tags)]);
            progress.Report(++done);
        }
    }

    private static DrawnPicture[] Pictures(long seed, int number)
    {
        var (width, height) = DrawnPicture.Buckets[number % DrawnPicture.Buckets.Count];
        var pictures = new DrawnPicture[EncodedAtOnce];
        for (var i = 0; i < EncodedAtOnce; i++)
            pictures[i] = DrawnPicture.Draw(seed, Purpose.UNetPictures, ((long)number * EncodedAtOnce) + i, width, height);
        return pictures;
    }
}
