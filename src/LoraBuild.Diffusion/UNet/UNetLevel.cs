namespace LoraBuild.Diffusion.UNet;

/// <summary>A level of a UNet.</summary>
/// <param name="Channels">The channels of its maps.</param>
/// <param name="HasAttention">Whether a transformer follows each residual block.</param>
internal sealed record UNetLevel(long Channels, bool HasAttention);
