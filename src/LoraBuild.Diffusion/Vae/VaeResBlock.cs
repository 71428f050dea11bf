using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Loading;

namespace LoraBuild.Diffusion.Vae;

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

    public void Dispose()
    {
        norm1.Dispose();
        conv1.Dispose();
        norm2.Dispose();
        conv2.Dispose();
        shortcut?.Dispose();
    }
}
