using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Loading;

namespace LoraBuild.Diffusion.Vae;

/// <summary>
/// Stable Diffusion 1.x's autoencoder (Rombach et al., 2022; Kingma and Welling, "Auto-Encoding Variational Bayes", 2014) with CompVis'
/// tensor names: pictures to latents of an eighth of their size, and back.
/// </summary>
public sealed class AutoencoderKL : IDisposable
{
    /// <summary>What sampled latents are multiplied with, so that their variance is about 1.</summary>
    public const double ScaleFactor = 0.18215;

    internal const double NormEpsilon = 1e-6;

    private const double LeastLogVariance = -30, GreatestLogVariance = 20;

    private readonly VaeEncoder encoder;
    private readonly VaeDecoder decoder;
    private readonly Conv2d quantize, unquantize;

    internal AutoencoderKL(Weights weights, long normGroups)
    {
        var config = VaeConfig.Read(weights);
        LatentChannels = config.LatentChannels;
        Reduction = 1 << (config.Channels.Count - 1);
        encoder = new VaeEncoder(weights, config, normGroups);
        quantize = weights.Conv2d("quant_conv", "", LatentChannels * 2, LatentChannels * 2, kernel: 1);
        unquantize = weights.Conv2d("post_quant_conv", "", LatentChannels, LatentChannels, kernel: 1);
        decoder = new VaeDecoder(weights, config, normGroups);
    }

    /// <summary>The channels of the latents: 4.</summary>
    public long LatentChannels { get; }

    /// <summary>How many pixels one position of the latents stands for along each axis: 8.</summary>
    public int Reduction { get; }

    /// <summary>The distribution of the pictures' latents, before scaling.</summary>
    /// <param name="images">[batch, 3, height, width] in -1..1, both sizes multiples of <see cref="Reduction"/>, in the model's type.</param>
    /// <returns>Mean and logarithm of the variance, each [batch, 4, height / 8, width / 8].</returns>
    public (Tensor Mean, Tensor LogVariance) Encode(Tensor images)
    {
        using var scope = torch.NewDisposeScope();
        var moments = quantize.Forward(encoder.Forward(images)).chunk(2, 1);
        return scope.MoveToOuter(moments[0], moments[1].clamp(LeastLogVariance, GreatestLogVariance));
    }

    /// <summary>Latents as the UNet sees them: a sample of the distribution, times <see cref="ScaleFactor"/>.</summary>
    /// <param name="mean">From <see cref="Encode"/>.</param>
    /// <param name="logVariance">From <see cref="Encode"/>.</param>
    /// <param name="noise">Standard normal, of the mean's shape.</param>
    public static Tensor Sample(Tensor mean, Tensor logVariance, Tensor noise)
    {
        using var scope = torch.NewDisposeScope();
        return ((mean + ((logVariance * 0.5).exp() * noise)) * ScaleFactor).MoveToOuterDisposeScope();
    }

    /// <summary>The pictures of scaled latents.</summary>
    /// <param name="latents">[batch, 4, height, width] as the UNet sees them, in the model's type.</param>
    /// <returns>[batch, 3, 8 height, 8 width], about -1..1.</returns>
    public Tensor Decode(Tensor latents)
    {
        using var scope = torch.NewDisposeScope();
        return decoder.Forward(unquantize.Forward(latents / ScaleFactor)).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the weights.</summary>
    public void Dispose()
    {
        encoder.Dispose();
        quantize.Dispose();
        unquantize.Dispose();
        decoder.Dispose();
    }
}
