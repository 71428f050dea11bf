using LoraBuild.Diffusion.Layers;

namespace LoraBuild.Diffusion.UNet;

/// <summary>
/// A level on the way down or up, or the middle: residual blocks, the transformer that follows each of them where there are any, and a
/// convolution that changes the size.
/// </summary>
internal sealed class UNetBlock(IReadOnlyList<ResBlock> resBlocks, IReadOnlyList<SpatialTransformer> transformers, Conv2d? resampler)
    : IDisposable
{
    public IReadOnlyList<ResBlock> ResBlocks { get; } = resBlocks;

    /// <summary>As many as residual blocks or none; the middle has one less.</summary>
    public IReadOnlyList<SpatialTransformer> Transformers { get; } = transformers;

    /// <summary>The strided convolution at the end of the way down's levels, the convolution after enlarging at the end of the way up's.</summary>
    public Conv2d? Resampler { get; } = resampler;

    // In diffusers' order of declaration.
    public IEnumerable<AdaptableLayer> Layers =>
    [
        .. Transformers.SelectMany(transformer => transformer.Layers),
        .. ResBlocks.SelectMany(block => block.Layers),
        .. Resampler is null ? (AdaptableLayer[])[] : [Resampler],
    ];

    public void Dispose()
    {
        foreach (var block in ResBlocks)
            block.Dispose();
        foreach (var transformer in Transformers)
            transformer.Dispose();
        Resampler?.Dispose();
    }
}
