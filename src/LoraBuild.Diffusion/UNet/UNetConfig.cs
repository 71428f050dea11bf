using LoraBuild.Diffusion.Loading;

namespace LoraBuild.Diffusion.UNet;

/// <summary>The sizes of a UNet, read off its tensors (CompVis keys, without their prefix).</summary>
/// <param name="InChannels">Channels of the latents: 4.</param>
/// <param name="OutChannels">Channels of the prediction: 4.</param>
/// <param name="ModelChannels">Channels after the first convolution: 320 in SD1.x.</param>
/// <param name="ContextSize">Channels of the text encoder's output: 768 in SD1.x.</param>
/// <param name="ResBlocks">Residual blocks a level on the way down; one more on the way up.</param>
/// <param name="Levels">From the largest map to the smallest.</param>
/// <param name="MiddleDepth">Transformer layers in the middle.</param>
/// <param name="VectorSize">Numbers that say what is drawn besides the text: 2,816 in SDXL; null: none.</param>
internal sealed record UNetConfig(
    long InChannels,
    long OutChannels,
    long ModelChannels,
    long ContextSize,
    int ResBlocks,
    IReadOnlyList<UNetLevel> Levels,
    int MiddleDepth,
    long? VectorSize)
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
            var depth = weights.CountOf($"input_blocks.{index}.1.transformer_blocks");
            var count = 0;
            for (; weights.Has($"input_blocks.{index}.0.in_layers.2.weight"); index++)
                count++;
            if (levels.Count > 0 && count != resBlocks)
                throw weights.Misfit($"its levels have {resBlocks} and {count} residual blocks");
            resBlocks = count;
            levels.Add(new UNetLevel(channels, depth));
            if (weights.Has($"input_blocks.{index}.0.op.weight"))
                index++;
        }
        if (levels.Count == 0)
            throw weights.Misfit("it has no 'input_blocks.1.0.in_layers.2.weight'");

        var context = weights.ShapeOf("middle_block.1.transformer_blocks.0.attn2.to_k.weight", 2)[1];
        return new UNetConfig(
            first[1],
            weights.ShapeOf("out.2.weight", 4)[0],
            first[0],
            context,
            resBlocks,
            levels,
            weights.CountOf("middle_block.1.transformer_blocks"),
            weights.Has("label_emb.0.0.weight") ? weights.ShapeOf("label_emb.0.0.weight", 2)[1] : null);
    }
}

/// <summary>A level of a UNet.</summary>
/// <param name="Channels">The channels of its maps.</param>
/// <param name="Depth">Layers of the transformer that follows each residual block; 0 for none.</param>
internal sealed record UNetLevel(long Channels, int Depth)
{
    /// <summary>True if a transformer follows each residual block.</summary>
    public bool HasAttention => Depth > 0;
}

/// <summary>The split of a UNet's channels into attention heads: a number for each level, one for all, or heads of one size.</summary>
/// <param name="Count">One number for all levels.</param>
/// <param name="PerLevel">A number for each level, from the largest map.</param>
/// <param name="Size">The channels of a head where no number is given.</param>
public sealed record AttentionHeads(long? Count = null, IReadOnlyList<long>? PerLevel = null, long Size = AttentionHeads.UsualSize)
{
    /// <summary>The channels of a head in Stable Diffusion 2.x.</summary>
    public const long UsualSize = 64;

    /// <summary>Stable Diffusion 1.x: 8 heads on every level.</summary>
    public static readonly AttentionHeads Version1 = new(Count: 8);

    /// <summary>Stable Diffusion 2.x: 5, 10, 20 and 20 heads of 64 channels.</summary>
    public static readonly AttentionHeads Version2 = new();

    /// <summary>The number of heads on a level.</summary>
    /// <param name="level">0 for the largest map.</param>
    /// <param name="channels">The level's channels.</param>
    public long On(int level, long channels) =>
        PerLevel is not null ? PerLevel[Math.Min(level, PerLevel.Count - 1)] : Count ?? Math.Max(1, channels / Size);
}
