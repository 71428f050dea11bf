using LoraBuild.Diffusion.Loading;

namespace LoraBuild.Diffusion.UNet;

/// <summary>The sizes of a UNet, read off its tensors (CompVis keys, without their prefix).</summary>
/// <param name="InChannels">Channels of the latents: 4.</param>
/// <param name="OutChannels">Channels of the prediction: 4.</param>
/// <param name="ModelChannels">Channels after the first convolution: 320 in SD1.x.</param>
/// <param name="ContextSize">Channels of the text encoder's output: 768 in SD1.x.</param>
/// <param name="ResBlocks">Residual blocks a level on the way down; one more on the way up.</param>
/// <param name="Levels">From the largest map to the smallest.</param>
internal sealed record UNetConfig(
    long InChannels, long OutChannels, long ModelChannels, long ContextSize, int ResBlocks, IReadOnlyList<UNetLevel> Levels)
{
    /// <summary>The size of the time embedding.</summary>
    public long TimeSize => ModelChannels * 4;

    /// <summary>Reads the sizes.</summary>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB4003: the tensors are not those of such a UNet.</exception>
    public static UNetConfig Read(Weights weights)
    {
        var first = weights.ShapeOf("input_blocks.0.0.weight", 4);
        var levels = new List<UNetLevel>();
        var resBlocks = 0;
        var index = 1;
        while (weights.Has($"input_blocks.{index}.0.in_layers.2.weight"))
        {
            var channels = weights.ShapeOf($"input_blocks.{index}.0.in_layers.2.weight", 4)[0];
            var attention = weights.Has($"input_blocks.{index}.1.proj_in.weight");
            var count = 0;
            for (; weights.Has($"input_blocks.{index}.0.in_layers.2.weight"); index++)
                count++;
            if (levels.Count > 0 && count != resBlocks)
                throw weights.Misfit($"its levels have {resBlocks} and {count} residual blocks");
            resBlocks = count;
            levels.Add(new UNetLevel(channels, attention));
            if (weights.Has($"input_blocks.{index}.0.op.weight"))
                index++;
        }
        if (levels.Count == 0)
            throw weights.Misfit("it has no 'input_blocks.1.0.in_layers.2.weight'");

        var context = weights.ShapeOf("middle_block.1.transformer_blocks.0.attn2.to_k.weight", 2)[1];
        return new UNetConfig(first[1], weights.ShapeOf("out.2.weight", 4)[0], first[0], context, resBlocks, levels);
    }
}
