using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Loading;

namespace LoraBuild.Diffusion.Vae;

/// <summary>From latents to pictures.</summary>
internal sealed class VaeDecoder : IDisposable
{
    private readonly Conv2d convIn, convOut;
    private readonly VaeMiddle middle;

    // From the smallest map to the largest, as it runs; CompVis numbers the levels the other way round.
    private readonly VaeResBlock[][] levels;
    private readonly Conv2d[] upsamplers;
    private readonly GroupNorm normOut;

    public VaeDecoder(Weights weights, VaeConfig config, long normGroups)
    {
        var count = config.Channels.Count;
        var channels = config.Channels[^1];
        convIn = weights.Conv2d("decoder.conv_in", "", config.LatentChannels, channels, kernel: 3);
        middle = new VaeMiddle(weights, "decoder.mid", channels, normGroups);
        levels = new VaeResBlock[count][];
        upsamplers = new Conv2d[count - 1];
        for (var index = 0; index < count; index++)
        {
            var level = count - 1 - index;
            levels[index] = new VaeResBlock[config.ResBlocks + 1];
            for (var i = 0; i < levels[index].Length; i++)
            {
                levels[index][i] = new VaeResBlock(weights, $"decoder.up.{level}.block.{i}", channels, config.Channels[level], normGroups);
                channels = config.Channels[level];
            }
            if (level > 0)
                upsamplers[index] = weights.Conv2d($"decoder.up.{level}.upsample.conv", "", channels, channels, kernel: 3);
        }
        normOut = weights.GroupNorm("decoder.norm_out", channels, normGroups, AutoencoderKL.NormEpsilon);
        convOut = weights.Conv2d("decoder.conv_out", "", channels, config.ImageChannels, kernel: 3);
    }

    public Tensor Forward(Tensor latents)
    {
        using var scope = torch.NewDisposeScope();
        return Enlarge(Begin(latents)).MoveToOuterDisposeScope();
    }

    // The part at the latents' size, with the attention in which every position sees all others.
    public Tensor Begin(Tensor latents)
    {
        using var scope = torch.NewDisposeScope();
        return middle.Forward(convIn.Forward(latents)).MoveToOuterDisposeScope();
    }

    // The part that takes the memory: positions see their neighbours alone, but for the norms' statistics.
    public Tensor Enlarge(Tensor begun)
    {
        using var scope = torch.NewDisposeScope();
        var hidden = begun;
        for (var index = 0; index < levels.Length; index++)
        {
            foreach (var block in levels[index])
                hidden = block.Forward(hidden);
            if (index < upsamplers.Length)
            {
                long[] doubled = [hidden.shape[2] * 2, hidden.shape[3] * 2];
                hidden = upsamplers[index].Forward(nn.functional.interpolate(hidden, doubled, mode: InterpolationMode.Nearest));
            }
        }
        return convOut.Forward(nn.functional.silu(normOut.Forward(hidden))).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        convIn.Dispose();
        middle.Dispose();
        foreach (var block in levels.SelectMany(level => level))
            block.Dispose();
        foreach (var upsampler in upsamplers)
            upsampler.Dispose();
        normOut.Dispose();
        convOut.Dispose();
    }
}
