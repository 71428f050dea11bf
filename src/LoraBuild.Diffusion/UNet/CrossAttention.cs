using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Loading;

namespace LoraBuild.Diffusion.UNet;

/// <summary>Attention of a map's positions to a context: the text, or the map itself.</summary>
internal sealed class CrossAttention : IDisposable
{
    private readonly Linear toQuery, toKey, toValue, toOut;
    private readonly long heads;

    public CrossAttention(Weights weights, string name, string loraName, long channels, long contextSize, long heads)
    {
        this.heads = heads;
        toQuery = weights.Linear($"{name}.to_q", $"{loraName}_to_q", channels, channels, bias: false);
        toKey = weights.Linear($"{name}.to_k", $"{loraName}_to_k", contextSize, channels, bias: false);
        toValue = weights.Linear($"{name}.to_v", $"{loraName}_to_v", contextSize, channels, bias: false);
        toOut = weights.Linear($"{name}.to_out.0", $"{loraName}_to_out_0", channels, channels);
    }

    public IEnumerable<AdaptableLayer> Layers => [toQuery, toKey, toValue, toOut];

    /// <summary>[batch, positions, channels], given [batch, positions, channels] and [batch, tokens, context size].</summary>
    public Tensor Forward(Tensor input, Tensor context) =>
        toOut.Forward(Attention.Attend(toQuery.Forward(input), toKey.Forward(context), toValue.Forward(context), heads));

    public void Dispose()
    {
        foreach (var layer in Layers)
            layer.Dispose();
    }
}
