namespace LoraBuild.Diffusion.Loading;

/// <summary>How a UNet's channels are split into attention heads: a number for each level, one for all, or heads of one size.</summary>
/// <param name="Count">One number for all levels.</param>
/// <param name="PerLevel">A number for each level, from the largest map.</param>
/// <param name="Size">The channels of a head where no number is given.</param>
public sealed record AttentionHeads(long? Count = null, IReadOnlyList<long>? PerLevel = null, long Size = AttentionHeads.UsualSize)
{
    /// <summary>The channels of a head in every CLIP text encoder, and in Stable Diffusion 2.x.</summary>
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
