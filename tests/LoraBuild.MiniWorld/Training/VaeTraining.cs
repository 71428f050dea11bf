using LoraBuild.Diffusion.Vae;
using LoraBuild.MiniWorld.Drawing;

namespace LoraBuild.MiniWorld.Training;

/// <summary>
/// Trains the autoencoder on drawings: absolute and squared differences, those of neighbouring pixels so that lines stay sharp, and a
/// little of the distance to the normal distribution.
/// </summary>
internal static class VaeTraining
{
    private const double Squared = 6, Edges = 0.3, Divergence = 2e-4;
    private const int NormalizedOver = 192;

    /// <summary>Trains it, then scales its latents to the normal distribution.</summary>
    public static void Run(string folder, Device device, long seed, TrainingLength length)
    {
        using var trained = TrainedModel.Open(folder, device, WorldSizes.VaePrefix);
        using var optimization = new Optimization(trained.Parameters, length, weightDecay: 1e-4, averageDecay: 0.995);
        using var progress = new Progress("VAE", length.Steps, device);
        var channels = trained.Parameters[$"{WorldSizes.VaePrefix}post_quant_conv.bias"].shape[0];
        var step = 0;
        foreach (var (pictures, noise) in Ahead.Of(length.Steps, number => Batch(seed, number, length.Batch, channels)))
        {
            using var scope = NewDisposeScope();
            progress.Report(++step, optimization.Descend(Loss(trained.Model.Vae, DrawnPicture.Stack(pictures, device), noise)));
        }
        using (no_grad())
            trained.Parameters.Values.copy_(optimization.Result);
        Normalize(trained, seed, device);
        trained.Save(trained.Parameters.Values);
    }

    /// <summary>What is minimised: a mean over pixels.</summary>
    internal static Tensor Loss(AutoencoderKL vae, Tensor images, float[] noise)
    {
        var (mean, logVariance) = vae.Encode(images);
        var sample = mean + ((logVariance * 0.5).exp() * tensor(noise, mean.shape, device: mean.device));
        var difference = vae.Decode(sample * vae.ScaleFactor) - images;
        var (height, width) = (difference.shape[2], difference.shape[3]);
        var edges = (difference.narrow(3, 1, width - 1) - difference.narrow(3, 0, width - 1)).abs().mean()
            + (difference.narrow(2, 1, height - 1) - difference.narrow(2, 0, height - 1)).abs().mean();
        var divergence = ((mean * mean) + logVariance.exp() - 1 - logVariance).mean() * 0.5;
        return difference.abs().mean() + ((difference * difference).mean() * Squared) + (edges * Edges) + (divergence * Divergence);
    }

    // Pictures of one size, and the noise of their latents, which have an eighth of its sides.
    private static (DrawnPicture[] Pictures, float[] Noise) Batch(long seed, int number, int count, long channels)
    {
        var (width, height) = DrawnPicture.Buckets[number % DrawnPicture.Buckets.Count];
        var pictures = new DrawnPicture[count];
        for (var i = 0; i < count; i++)
            pictures[i] = DrawnPicture.Draw(seed, Purpose.VaePictures, ((long)number * count) + i, width, height);
        return (pictures, Noise.For(seed, number, count * channels * (width / 8) * (height / 8)));
    }

    // Each channel of the latents gets a mean of 0 and, after the usual scale factor, a deviation of 1, by the convolutions next to them.
    private static void Normalize(TrainedModel trained, long seed, Device device)
    {
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        var means = new List<Tensor>();
        for (var first = 0; first < NormalizedOver; first += 16)
        {
            var pictures = Enumerable.Range(first, 16).Select(i => DrawnPicture.Draw(seed, Purpose.CheckPictures, i, 128, 128)).ToList();
            means.Add(trained.Model.Vae.Encode(DrawnPicture.Stack(pictures, device)).Mean);
        }
        var all = cat(means).transpose(0, 1).flatten(1);
        var (mean, deviation) = (all.mean([1]), all.std(1));
        var factor = (deviation * trained.Model.Vae.ScaleFactor).reciprocal();
        var channels = mean.shape[0];

        Tensor Weight(string name) => trained.Parameters[$"{WorldSizes.VaePrefix}{name}"];
        var quantizeBias = Weight("quant_conv.bias");
        Weight("quant_conv.weight").narrow(0, 0, channels).mul_(factor.view(-1, 1, 1, 1));
        quantizeBias.narrow(0, 0, channels).sub_(mean).mul_(factor);
        quantizeBias.narrow(0, channels, channels).add_(factor.log() * 2);
        var unquantize = Weight("post_quant_conv.weight");
        Weight("post_quant_conv.bias").add_(unquantize.squeeze().mv(mean));
        unquantize.div_(factor.view(1, -1, 1, 1));
    }
}
