using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Loading;
using LoraBuild.Torch.Layers;

namespace LoraBuild.Diffusion.UNet;

/// <summary>Self-attention, attention to the text, and a gated feed-forward layer (GEGLU; Shazeer, 2020), each normalised and residual.</summary>
internal sealed class TransformerBlock : IDisposable
{
    private const long Expansion = 4;

    private readonly LayerNorm norm1, norm2, norm3;
    private readonly CrossAttention selfAttention, textAttention;
    private readonly Linear gate, output;

    public TransformerBlock(Weights weights, string name, string loraName, long channels, long contextSize, long heads)
    {
        norm1 = weights.LayerNorm($"{name}.norm1", channels);
        norm2 = weights.LayerNorm($"{name}.norm2", channels);
        norm3 = weights.LayerNorm($"{name}.norm3", channels);
        selfAttention = new CrossAttention(weights, $"{name}.attn1", $"{loraName}_attn1", channels, channels, heads);
        textAttention = new CrossAttention(weights, $"{name}.attn2", $"{loraName}_attn2", channels, contextSize, heads);
        gate = weights.Linear($"{name}.ff.net.0.proj", $"{loraName}_ff_net_0_proj", channels, channels * Expansion * 2);
        output = weights.Linear($"{name}.ff.net.2", $"{loraName}_ff_net_2", channels * Expansion, channels);
    }

    // sd-scripts' own UNet declares the feed-forward layer between the two attentions, which gives LoRA files their order.
    public IEnumerable<AdaptableLayer> Layers => [.. selfAttention.Layers, gate, output, .. textAttention.Layers];

    /// <summary>[batch, positions, channels], given the same and the text as [batch, tokens, context size].</summary>
    public Tensor Forward(Tensor input, Tensor context)
    {
        var normalized = norm1.Forward(input);
        var hidden = input + selfAttention.Forward(normalized, normalized);
        hidden = hidden + textAttention.Forward(norm2.Forward(hidden), context);
        var expanded = gate.Forward(norm3.Forward(hidden));
        return hidden + output.Forward(FusedLayers.GatedGelu(expanded) ?? GatedGelu(expanded));
    }

    public void Dispose()
    {
        norm1.Dispose();
        norm2.Dispose();
        norm3.Dispose();
        selfAttention.Dispose();
        textAttention.Dispose();
        gate.Dispose();
        output.Dispose();
    }

    private static Tensor GatedGelu(Tensor expanded)
    {
        var halves = expanded.chunk(2, -1);
        return halves[0] * nn.functional.gelu(halves[1]);
    }
}
