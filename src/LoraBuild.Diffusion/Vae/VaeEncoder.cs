using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Loading;
using LoraBuild.Diffusion.Memory;

namespace LoraBuild.Diffusion.Vae;

/// <summary>From pictures to the moments of their latents.</summary>
internal sealed class VaeEncoder : IDisposable
{
    private readonly Conv2d convIn, convOut;
    private readonly VaeResBlock[][] levels;
    private readonly Conv2d[] downsamplers;
    private readonly VaeMiddle middle;
    private readonly GroupNorm normOut;

    public VaeEncoder(Weights weights, VaeConfig config, long normGroups)
    {
        var channels = config.Channels[0];
        convIn = weights.Conv2d("encoder.conv_in", "", config.ImageChannels, channels, kernel: 3);
        levels = new VaeResBlock[config.Channels.Count][];
        downsamplers = new Conv2d[config.Channels.Count - 1];
        for (var level = 0; level < levels.Length; level++)
        {
            levels[level] = new VaeResBlock[config.ResBlocks];
            for (var i = 0; i < config.ResBlocks; i++)
            {
                levels[level][i] = new VaeResBlock(
                    weights, $"encoder.down.{level}.block.{i}", channels, config.Channels[level], normGroups);
                channels = config.Channels[level];
            }
            if (level < downsamplers.Length)
            {
                var name = $"encoder.down.{level}.downsample.conv";
                downsamplers[level] = new Conv2d(
                    "", weights.Take($"{name}.weight", channels, channels, 3, 3), weights.Take($"{name}.bias", channels), stride: 2);
            }
        }
        middle = new VaeMiddle(weights, "encoder.mid", channels, normGroups);
        normOut = weights.GroupNorm("encoder.norm_out", channels, normGroups, AutoencoderKL.NormEpsilon);
        convOut = weights.Conv2d("encoder.conv_out", "", channels, config.LatentChannels * 2, kernel: 3);
    }

    public Tensor Forward(Tensor images)
    {
        using var scope = torch.NewDisposeScope();
        var hidden = convIn.Forward(images);
        for (var level = 0; level < levels.Length; level++)
        {
            foreach (var block in levels[level])
                hidden = block.Forward(hidden);
            // One row and column of zeros at the bottom right only.
            if (level < downsamplers.Length)
                hidden = downsamplers[level].Forward(nn.functional.pad(hidden, [0L, 1L, 0L, 1L]));
        }
        return convOut.Forward(nn.functional.silu(normOut.Forward(middle.Forward(hidden)))).MoveToOuterDisposeScope();
    }

    /// <summary><see cref="Forward"/> with shapes alone.</summary>
    public DryTensor DryForward(DryRun run, DryTensor images)
    {
        using var scope = run.Scope();
        var hidden = convIn.DryForward(run, images);
        for (var level = 0; level < levels.Length; level++)
        {
            foreach (var block in levels[level])
                hidden = block.DryForward(run, hidden);
            if (level == downsamplers.Length)
                continue;
            var padded = run.New(hidden.Shape[0], hidden.Shape[1], hidden.Shape[2] + 1, hidden.Shape[3] + 1);
            hidden = downsamplers[level].DryForward(run, padded);
        }

        return scope.MoveToOuter(convOut.DryForward(run, run.Activate(normOut.DryForward(run, middle.DryForward(run, hidden)))));
    }

    public void Dispose()
    {
        convIn.Dispose();
        foreach (var block in levels.SelectMany(level => level))
            block.Dispose();
        foreach (var downsampler in downsamplers)
            downsampler.Dispose();
        middle.Dispose();
        normOut.Dispose();
        convOut.Dispose();
    }
}
