using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Loading;
using LoraBuild.Diffusion.Memory;
using LoraBuild.Torch.Layers;

namespace LoraBuild.Diffusion.UNet;

/// <summary>
/// A transformer over the positions of a map, between two 1 x 1 convolutions, with a residual connection around it all. In Stable Diffusion
/// 2.x and XL these two are linear layers over the positions: the same sums, with a matrix for a weight.
/// </summary>
internal sealed class SpatialTransformer : IDisposable
{
    private const double NormEpsilon = 1e-6;

    private readonly GroupNorm norm;
    private readonly AdaptableLayer projectIn, projectOut;
    private readonly TransformerBlock[] blocks;

    public SpatialTransformer(
        Weights weights, string name, string loraName, long channels, int depth, long contextSize, long heads, long normGroups)
    {
        _ = weights.HeadSize(channels, heads);
        norm = weights.GroupNorm($"{name}.norm", channels, normGroups, NormEpsilon, $"{loraName}_norm");
        projectIn = Projection("proj_in");
        blocks = [.. Enumerable.Range(0, depth).Select(i => new TransformerBlock(
            weights, $"{name}.transformer_blocks.{i}", $"{loraName}_transformer_blocks_{i}", channels, contextSize, heads))];
        projectOut = Projection("proj_out");

        AdaptableLayer Projection(string projection) => weights.IsMatrix($"{name}.{projection}")
            ? weights.Linear($"{name}.{projection}", $"{loraName}_{projection}", channels, channels)
            : weights.Conv2d($"{name}.{projection}", $"{loraName}_{projection}", channels, channels, kernel: 1);
    }

    public IEnumerable<AdaptableLayer> Layers => [projectIn, .. blocks.SelectMany(block => block.Layers), projectOut];

    public IEnumerable<Norm> Norms => [norm, .. blocks.SelectMany(block => block.Norms)];

    /// <summary>[batch, channels, height, width], given the same and the text as [batch, tokens, context size].</summary>
    public Tensor Forward(Tensor input, Tensor context)
    {
        using var scope = torch.NewDisposeScope();
        long batch = input.shape[0], channels = input.shape[1], height = input.shape[2], width = input.shape[3];
        var normalized = norm.Forward(input);
        var hidden = projectIn is Linear ? projectIn.Forward(ToPositions(normalized)) : ToPositions(projectIn.Forward(normalized));
        foreach (var block in blocks)
            hidden = block.Forward(hidden, context);
        hidden = projectOut is Linear ? ToMap(projectOut.Forward(hidden)) : projectOut.Forward(ToMap(hidden));
        return (hidden + input).MoveToOuterDisposeScope();

        Tensor ToMap(Tensor positions) => positions.transpose(1, 2).reshape(batch, channels, height, width);
    }

    /// <summary><see cref="Forward"/> with shapes alone.</summary>
    public DryTensor DryForward(DryRun run, DryTensor input, DryTensor context)
    {
        using var scope = run.Scope();
        long[] map = input.Shape, positions = [map[0], map[2] * map[3], map[1]];
        var normalized = norm.DryForward(run, input);
        var hidden = projectIn is Linear
            ? projectIn.DryForward(run, run.View(normalized, positions))
            : run.View(projectIn.DryForward(run, normalized), positions);
        foreach (var block in blocks)
            hidden = block.DryForward(run, hidden, context);
        hidden = projectOut is Linear
            ? run.View(projectOut.DryForward(run, hidden), map)
            : projectOut.DryForward(run, run.View(hidden, map));
        return scope.MoveToOuter(run.Add(hidden, input));
    }

    public void Dispose()
    {
        norm.Dispose();
        projectIn.Dispose();
        foreach (var block in blocks)
            block.Dispose();
        projectOut.Dispose();
    }

    // [batch, channels, height, width] to [batch, height x width, channels]
    private static Tensor ToPositions(Tensor map) => map.flatten(2).transpose(1, 2);
}

/// <summary>
/// Self-attention, attention to the text, and a gated feed-forward layer (GEGLU; Shazeer, 2020), each normalised and residual.
/// </summary>
internal sealed class TransformerBlock : IDisposable
{
    private const long Expansion = 4;

    private readonly LayerNorm norm1, norm2, norm3;
    private readonly CrossAttention selfAttention, textAttention;
    private readonly Linear gate, output;

    public TransformerBlock(Weights weights, string name, string loraName, long channels, long contextSize, long heads)
    {
        norm1 = weights.LayerNorm($"{name}.norm1", channels, $"{loraName}_norm1");
        norm2 = weights.LayerNorm($"{name}.norm2", channels, $"{loraName}_norm2");
        norm3 = weights.LayerNorm($"{name}.norm3", channels, $"{loraName}_norm3");
        selfAttention = new CrossAttention(weights, $"{name}.attn1", $"{loraName}_attn1", channels, channels, heads);
        textAttention = new CrossAttention(weights, $"{name}.attn2", $"{loraName}_attn2", channels, contextSize, heads);
        gate = weights.Linear($"{name}.ff.net.0.proj", $"{loraName}_ff_net_0_proj", channels, channels * Expansion * 2);
        output = weights.Linear($"{name}.ff.net.2", $"{loraName}_ff_net_2", channels * Expansion, channels);
    }

    // sd-scripts' own UNet declares the feed-forward layer between the two attentions, which gives LoRA files their order.
    public IEnumerable<AdaptableLayer> Layers => [.. selfAttention.Layers, gate, output, .. textAttention.Layers];

    public IEnumerable<Norm> Norms => [norm1, norm2, norm3];

    /// <summary>[batch, positions, channels], given the same and the text as [batch, tokens, context size].</summary>
    public Tensor Forward(Tensor input, Tensor context)
    {
        var normalized = norm1.Forward(input);
        var hidden = input + selfAttention.Forward(normalized, normalized);
        hidden = hidden + textAttention.Forward(norm2.Forward(hidden), context);
        var expanded = gate.Forward(norm3.Forward(hidden));
        return hidden + output.Forward(FusedLayers.GatedGelu(expanded) ?? GatedGelu(expanded));
    }

    /// <summary><see cref="Forward"/> with shapes alone.</summary>
    public DryTensor DryForward(DryRun run, DryTensor input, DryTensor context)
    {
        var normalized = norm1.DryForward(run, input);
        var hidden = run.Add(input, selfAttention.DryForward(run, normalized, normalized));
        hidden = run.Add(hidden, textAttention.DryForward(run, norm2.DryForward(run, hidden), context));
        var expanded = gate.DryForward(run, norm3.DryForward(run, hidden));
        var half = expanded.Count / 2;
        var active = run.Apply(
            [.. expanded.Shape[..^1], expanded.Shape[^1] / 2], [expanded], [expanded], new(Kept: half, Backward: 2 * half));
        return run.Add(hidden, output.DryForward(run, active));
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

    /// <summary><see cref="Forward"/> with shapes alone.</summary>
    public DryTensor DryForward(DryRun run, DryTensor input, DryTensor context) => toOut.DryForward(
        run,
        Attention.DryAttend(
            run, toQuery.DryForward(run, input), toKey.DryForward(run, context), toValue.DryForward(run, context), heads));

    public void Dispose()
    {
        foreach (var layer in Layers)
            layer.Dispose();
    }
}
