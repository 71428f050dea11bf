using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Loading;

namespace LoraBuild.Diffusion.UNet;

/// <summary>
/// A transformer over the positions of a map, between two 1 x 1 convolutions, with a residual connection around it all. In Stable Diffusion
/// 2.x these two are linear layers over the positions: the same sums, with a matrix for a weight.
/// </summary>
internal sealed class SpatialTransformer : IDisposable
{
    private const double NormEpsilon = 1e-6;

    private readonly GroupNorm norm;
    private readonly AdaptableLayer projectIn, projectOut;
    private readonly TransformerBlock block;

    public SpatialTransformer(Weights weights, string name, string loraName, long channels, long contextSize, long heads, long normGroups)
    {
        _ = weights.HeadSize(channels, heads);
        norm = weights.GroupNorm($"{name}.norm", channels, normGroups, NormEpsilon);
        projectIn = Projection("proj_in");
        block = new TransformerBlock(
            weights, $"{name}.transformer_blocks.0", $"{loraName}_transformer_blocks_0", channels, contextSize, heads);
        projectOut = Projection("proj_out");

        AdaptableLayer Projection(string projection) => weights.IsMatrix($"{name}.{projection}")
            ? weights.Linear($"{name}.{projection}", $"{loraName}_{projection}", channels, channels)
            : weights.Conv2d($"{name}.{projection}", $"{loraName}_{projection}", channels, channels, kernel: 1);
    }

    public IEnumerable<AdaptableLayer> Layers => [projectIn, .. block.Layers, projectOut];

    /// <summary>[batch, channels, height, width], given the same and the text as [batch, tokens, context size].</summary>
    public Tensor Forward(Tensor input, Tensor context)
    {
        using var scope = torch.NewDisposeScope();
        long batch = input.shape[0], channels = input.shape[1], height = input.shape[2], width = input.shape[3];
        var normalized = norm.Forward(input);
        var hidden = projectIn is Linear ? projectIn.Forward(ToPositions(normalized)) : ToPositions(projectIn.Forward(normalized));
        hidden = block.Forward(hidden, context);
        hidden = projectOut is Linear ? ToMap(projectOut.Forward(hidden)) : projectOut.Forward(ToMap(hidden));
        return (hidden + input).MoveToOuterDisposeScope();

        Tensor ToMap(Tensor positions) => positions.transpose(1, 2).reshape(batch, channels, height, width);
    }

    public void Dispose()
    {
        norm.Dispose();
        projectIn.Dispose();
        block.Dispose();
        projectOut.Dispose();
    }

    // [batch, channels, height, width] to [batch, height x width, channels]
    private static Tensor ToPositions(Tensor map) => map.flatten(2).transpose(1, 2);
}
