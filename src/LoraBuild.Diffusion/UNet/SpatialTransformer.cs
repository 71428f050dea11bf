using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Loading;

namespace LoraBuild.Diffusion.UNet;

/// <summary>A transformer over the positions of a map, between two 1 x 1 convolutions, with a residual connection around it all.</summary>
internal sealed class SpatialTransformer : IDisposable
{
    private const double NormEpsilon = 1e-6;

    private readonly GroupNorm norm;
    private readonly Conv2d projectIn, projectOut;
    private readonly TransformerBlock block;

    public SpatialTransformer(Weights weights, string name, string loraName, long channels, long contextSize, long heads, long normGroups)
    {
        _ = weights.HeadSize(channels, heads);
        norm = weights.GroupNorm($"{name}.norm", channels, normGroups, NormEpsilon);
        projectIn = weights.Conv2d($"{name}.proj_in", $"{loraName}_proj_in", channels, channels, kernel: 1);
        block = new TransformerBlock(
            weights, $"{name}.transformer_blocks.0", $"{loraName}_transformer_blocks_0", channels, contextSize, heads);
        projectOut = weights.Conv2d($"{name}.proj_out", $"{loraName}_proj_out", channels, channels, kernel: 1);
    }

    public IEnumerable<AdaptableLayer> Layers => [projectIn, .. block.Layers, projectOut];

    /// <summary>[batch, channels, height, width], given the same and the text as [batch, tokens, context size].</summary>
    public Tensor Forward(Tensor input, Tensor context)
    {
        using var scope = torch.NewDisposeScope();
        long batch = input.shape[0], channels = input.shape[1], height = input.shape[2], width = input.shape[3];
        var hidden = projectIn.Forward(norm.Forward(input));
        hidden = hidden.flatten(2).transpose(1, 2);
        hidden = block.Forward(hidden, context);
        hidden = hidden.transpose(1, 2).reshape(batch, channels, height, width);
        return (projectOut.Forward(hidden) + input).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        norm.Dispose();
        projectIn.Dispose();
        block.Dispose();
        projectOut.Dispose();
    }
}
