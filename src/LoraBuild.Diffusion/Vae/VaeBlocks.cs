using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Loading;
using LoraBuild.Diffusion.Memory;

namespace LoraBuild.Diffusion.Vae;

/// <summary>
/// The smallest maps' part of the encoder and of the decoder: two residual blocks with single-head self-attention between them.
/// </summary>
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

    /// <summary><see cref="Forward"/> with shapes alone.</summary>
    public DryTensor DryForward(DryRun run, DryTensor input)
    {
        using var scope = run.Scope();
        var map = first.DryForward(run, input);
        var positions = run.View(norm.DryForward(run, map), map.Shape[0], map.Shape[2] * map.Shape[3], map.Shape[1]);
        var attended = toOut.DryForward(run, Attention.DryAttend(
            run, toQuery.DryForward(run, positions), toKey.DryForward(run, positions), toValue.DryForward(run, positions), heads: 1));
        return scope.MoveToOuter(second.DryForward(run, run.Add(map, run.View(attended, map.Shape))));
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
        var attended =
            toOut.Forward(Attention.Attend(toQuery.Forward(positions), toKey.Forward(positions), toValue.Forward(positions), heads: 1));
        return input + attended.transpose(1, 2).reshape(input.shape);
    }
}

/// <summary>Two normalised convolutions around a residual connection.</summary>
internal sealed class VaeResBlock : IDisposable
{
    private readonly GroupNorm norm1, norm2;
    private readonly Conv2d conv1, conv2;
    private readonly Conv2d? shortcut;

    public VaeResBlock(Weights weights, string name, long inputs, long outputs, long normGroups)
    {
        norm1 = weights.GroupNorm($"{name}.norm1", inputs, normGroups, AutoencoderKL.NormEpsilon);
        conv1 = weights.Conv2d($"{name}.conv1", "", inputs, outputs, kernel: 3);
        norm2 = weights.GroupNorm($"{name}.norm2", outputs, normGroups, AutoencoderKL.NormEpsilon);
        conv2 = weights.Conv2d($"{name}.conv2", "", outputs, outputs, kernel: 3);
        if (inputs != outputs)
            shortcut = weights.Conv2d($"{name}.nin_shortcut", "", inputs, outputs, kernel: 1);
    }

    public Tensor Forward(Tensor input)
    {
        using var scope = torch.NewDisposeScope();
        var hidden = conv1.Forward(nn.functional.silu(norm1.Forward(input)));
        hidden = conv2.Forward(nn.functional.silu(norm2.Forward(hidden)));
        return (hidden + (shortcut?.Forward(input) ?? input)).MoveToOuterDisposeScope();
    }

    /// <summary><see cref="Forward"/> with shapes alone.</summary>
    public DryTensor DryForward(DryRun run, DryTensor input)
    {
        using var scope = run.Scope();
        var hidden = conv1.DryForward(run, run.Activate(norm1.DryForward(run, input)));
        hidden = conv2.DryForward(run, run.Activate(norm2.DryForward(run, hidden)));
        return scope.MoveToOuter(run.Add(hidden, shortcut?.DryForward(run, input) ?? input));
    }

    public void Dispose()
    {
        norm1.Dispose();
        conv1.Dispose();
        norm2.Dispose();
        conv2.Dispose();
        shortcut?.Dispose();
    }
}
