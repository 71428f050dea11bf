using LoraBuild.Torch.Layers;

namespace LoraBuild.Diffusion.Layers;

/// <summary>A linear layer: input [..., in], weight [out, in], output [..., out].</summary>
public sealed class Linear(string name, Tensor weight, Tensor? bias) : AdaptableLayer(name, weight, bias)
{
    /// <inheritdoc/>
    public override Tensor Apply(Tensor input, Tensor weight, Tensor? bias) =>
        FusedLayers.Linear(input, weight, bias) ?? nn.functional.linear(input, weight, bias);

    /// <inheritdoc/>
    public override Tensor ApplyWithProduct(Tensor input, Tensor down, Tensor up) => IsCompressed
        ? Apply(input).add_(nn.functional.linear(nn.functional.linear(input, down), up))
        : FusedLayers.Linear(input, Weight, Bias, down, up) ?? Composed(input, down, up);

    /// <inheritdoc/>
    public override Tensor? TryApplyWithHadamard(
        Tensor input, (Tensor W1A, Tensor W1B, Tensor W2A, Tensor W2B) factors, double scale, bool materialized) => IsCompressed
        ? null
        : FusedLayers.HadamardLayer(input, Weight, Bias, factors.W1A, factors.W1B, factors.W2A, factors.W2B, scale, materialized);

    internal override Tensor InputGradient(Tensor input, Tensor gradient) => gradient.matmul(Weight);

    private Tensor Composed(Tensor input, Tensor down, Tensor up)
    {
        using var scope = torch.NewDisposeScope();
        var rows = input.reshape(-1, input.shape[^1]);
        var output = nn.functional.linear(rows, Weight, Bias).addmm_(nn.functional.linear(rows, down), up.t());
        return output.view([.. input.shape[..^1], up.shape[0]]).MoveToOuterDisposeScope();
    }
}
