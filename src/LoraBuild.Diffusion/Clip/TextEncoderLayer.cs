using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Loading;

namespace LoraBuild.Diffusion.Clip;

/// <summary>A pre-norm transformer layer with causal self-attention and a GELU: OpenAI's quick one, or OpenCLIP's exact one.</summary>
internal sealed class TextEncoderLayer : IDisposable
{
    private const double QuickGeluSlope = 1.702;

    private readonly LayerNorm norm1, norm2;
    private readonly Linear toKey, toValue, toQuery, toOut, expand, contract;
    private readonly long heads;
    private readonly bool exactGelu;

    public TextEncoderLayer(Weights weights, string name, string loraName, long size, long innerSize, long heads, bool exactGelu)
    {
        this.heads = heads;
        this.exactGelu = exactGelu;
        norm1 = weights.LayerNorm($"{name}.layer_norm1", size);
        norm2 = weights.LayerNorm($"{name}.layer_norm2", size);
        toKey = weights.Linear($"{name}.self_attn.k_proj", $"{loraName}_self_attn_k_proj", size, size);
        toValue = weights.Linear($"{name}.self_attn.v_proj", $"{loraName}_self_attn_v_proj", size, size);
        toQuery = weights.Linear($"{name}.self_attn.q_proj", $"{loraName}_self_attn_q_proj", size, size);
        toOut = weights.Linear($"{name}.self_attn.out_proj", $"{loraName}_self_attn_out_proj", size, size);
        expand = weights.Linear($"{name}.mlp.fc1", $"{loraName}_mlp_fc1", size, innerSize);
        contract = weights.Linear($"{name}.mlp.fc2", $"{loraName}_mlp_fc2", innerSize, size);
    }

    // In transformers' order of declaration.
    public IEnumerable<AdaptableLayer> Layers => [toKey, toValue, toQuery, toOut, expand, contract];

    /// <summary>[batch, tokens, size], given the same and the causal mask [tokens, tokens].</summary>
    public Tensor Forward(Tensor input, Tensor mask)
    {
        using var scope = torch.NewDisposeScope();
        var normalized = norm1.Forward(input);
        var attended = Attention.Attend(
            toQuery.Forward(normalized), toKey.Forward(normalized), toValue.Forward(normalized), heads, mask);
        var hidden = input + toOut.Forward(attended);
        var inner = expand.Forward(norm2.Forward(hidden));
        var active = exactGelu ? nn.functional.gelu(inner) : inner * (inner * QuickGeluSlope).sigmoid();
        return (hidden + contract.Forward(active)).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        norm1.Dispose();
        norm2.Dispose();
        foreach (var layer in Layers)
            layer.Dispose();
    }
}
