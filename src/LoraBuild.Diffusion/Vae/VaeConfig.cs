using LoraBuild.Diffusion.Loading;

namespace LoraBuild.Diffusion.Vae;

/// <summary>The sizes of an autoencoder, read off its tensors (CompVis keys, without their prefix).</summary>
/// <param name="ImageChannels">3.</param>
/// <param name="LatentChannels">4.</param>
/// <param name="ResBlocks">Residual blocks a level of the encoder; the decoder has one more.</param>
/// <param name="Channels">Channels of each level, from the largest map to the smallest: 128, 256, 512, 512 in SD1.x.</param>
internal sealed record VaeConfig(long ImageChannels, long LatentChannels, int ResBlocks, IReadOnlyList<long> Channels)
{
    /// <summary>Reads the sizes.</summary>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB4003: the tensors are not those of such an autoencoder.</exception>
    public static VaeConfig Read(Weights weights)
    {
        var imageChannels = weights.ShapeOf("encoder.conv_in.weight", 4)[1];
        var latentChannels = weights.ShapeOf("post_quant_conv.weight", 4)[0];
        var channels = new List<long>();
        while (weights.Has($"encoder.down.{channels.Count}.block.0.conv1.weight"))
            channels.Add(weights.ShapeOf($"encoder.down.{channels.Count}.block.0.conv1.weight", 4)[0]);
        if (channels.Count == 0)
            throw weights.Misfit("it has no 'encoder.down.0.block.0.conv1.weight'");
        var resBlocks = Enumerable.Range(0, int.MaxValue).First(i => !weights.Has($"encoder.down.0.block.{i}.conv1.weight"));
        return new VaeConfig(imageChannels, latentChannels, resBlocks, channels);
    }
}
