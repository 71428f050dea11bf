using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Loading;

namespace LoraBuild.Diffusion.Vae;

/// <summary>The smallest maps' part of the encoder and of the decoder: two residual blocks with single-head self-attention between them.</summary>
internal sealed class VaeMiddle : IDisposable
{
    private readonly VaeResBlock first, second;
    private readonly GroupNorm norm;
    private readonly Linear toQuery, toKey, toValue, toOut;

    public VaeMiddle(Weights weights, string name, long channels, long normGroups)
    {
        first = new VaeResBlock(weights, $"{name}.block_1", channels, channels, normGroups);
        norm = weights.GroupNorm($"{name}.attn_1.norm", channels, normGroups, AutoencoderKL.NormEpsilon);
        toQuery = Projection("q");
        toKey = Projection("k");
        toValue = Projection("v");
        toOut = Projection("proj_out");
        second = new VaeResBlock(weights, $"{name}.block_2", channels, channels, normGroups);

        Linear Projection(string projection) => weights.PointwiseLinear($"{name}.attn_1.{projection}", "", channels, channels);
    }

    public Tensor Forward(Tensor input)
    {
        using var scope = torch.NewDisposeScope();
        return second.Forward(Attend(first.Forward(input))).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        first.Dispose();
        norm.Dispose();
        toQuery.Dispose();
        toKey.Dispose();
        toValue.Dispose();
        toOut.Dispose();
        second.Dispose();
    }

    private Tensor Attend(Tensor input)
    {
        var positions = norm.Forward(input).flatten(2).transpose(1, 2);
        var attended = toOut.Forward(Attention.Attend(toQuery.Forward(positions), toKey.Forward(positions), toValue.Forward(positions), heads: 1));
        return input + attended.transpose(1, 2).reshape(input.shape);
    }
}
