using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Loading;

namespace LoraBuild.Diffusion.UNet;

/// <summary>Two normalised convolutions around a residual connection; the time embedding is added between them.</summary>
internal sealed class ResBlock : IDisposable
{
    private const double NormEpsilon = 1e-5;

    private readonly GroupNorm norm1, norm2;
    private readonly Conv2d conv1, conv2;
    private readonly Linear timeProjection;
    private readonly Conv2d? shortcut;

    public ResBlock(Weights weights, string name, string loraName, long inputs, long outputs, long timeSize, long normGroups)
    {
        norm1 = weights.GroupNorm($"{name}.in_layers.0", inputs, normGroups, NormEpsilon);
        conv1 = weights.Conv2d($"{name}.in_layers.2", $"{loraName}_conv1", inputs, outputs, kernel: 3);
        timeProjection = weights.Linear($"{name}.emb_layers.1", $"{loraName}_time_emb_proj", timeSize, outputs);
        norm2 = weights.GroupNorm($"{name}.out_layers.0", outputs, normGroups, NormEpsilon);
        conv2 = weights.Conv2d($"{name}.out_layers.3", $"{loraName}_conv2", outputs, outputs, kernel: 3);
        if (inputs != outputs)
            shortcut = weights.Conv2d($"{name}.skip_connection", $"{loraName}_conv_shortcut", inputs, outputs, kernel: 1);
    }

    public IEnumerable<AdaptableLayer> Layers => shortcut is null ? [conv1, timeProjection, conv2] : [conv1, timeProjection, conv2, shortcut];

    /// <summary>The block's output.</summary>
    /// <param name="input">[batch, inputs, height, width].</param>
    /// <param name="time">[batch, time size], already through its SiLU, which all blocks share.</param>
    public Tensor Forward(Tensor input, Tensor time)
    {
        using var scope = torch.NewDisposeScope();
        var hidden = conv1.Forward(nn.functional.silu(norm1.Forward(input)));
        hidden = hidden + timeProjection.Forward(time).unsqueeze(-1).unsqueeze(-1);
        hidden = conv2.Forward(nn.functional.silu(norm2.Forward(hidden)));
        return (hidden + (shortcut?.Forward(input) ?? input)).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        norm1.Dispose();
        norm2.Dispose();
        foreach (var layer in Layers)
            layer.Dispose();
    }
}
