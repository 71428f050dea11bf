using LoraBuild.Diffusion.Memory;
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

    /// <inheritdoc/>
    public override long[] OutputShape(long[] input) => [.. input[..^1], Shape[0]];

    /// <inheritdoc/>
    public override DryTensor DryApply(DryRun run, DryTensor input, bool changed = false)
    {
        // libtorch's own needs no input for the gradient of one alone.
        DryTensor[] saves = changed || IsCompressed || FusedLayers.Suit(run.Device, run.Type) ? [input] : [];
        var cost = changed ? DryChange() : new(Forward: DryDecoding(run), Backward: DryDecoding(run));
        return run.Apply(OutputShape(input.Shape), [input], saves, cost);
    }

    /// <inheritdoc/>
    public override DryTensor DryApplyWithProduct(DryRun run, DryTensor input, long rank, long made)
    {
        var (factors, inner) = (FactorCount(rank), input.Count / Shape[1] * rank);
        if (IsCompressed)
        {
            using var scope = run.Scope();
            var frozen = DryApply(run, input);
            var low = run.Apply([.. input.Shape[..^1], rank], [input], [input], new(made, Backward: factors, Trains: true));
            return scope.MoveToOuter(run.AddInPlace(frozen, run.Apply(OutputShape(input.Shape), [low], [low], new(Trains: true))));
        }

        return run.Apply(
            OutputShape(input.Shape), [input], [input], new(made + inner, Backward: factors + inner, Trains: true));
    }

    /// <inheritdoc/>
    public override DryTensor? TryDryHadamard(DryRun run, DryTensor input, long rank, bool materialized) => IsCompressed
        ? null
        : materialized
        ? FusedLayers.Suit(run.Device, run.Type) ? DryApply(run, input, changed: true) : null
        : FusedLayers.SuitProduct(run.Device, run.Type) ? DryApplyWithProduct(run, input, rank * rank, FactorCount(rank * rank)) : null;

    private Tensor Composed(Tensor input, Tensor down, Tensor up)
    {
        using var scope = torch.NewDisposeScope();
        var rows = input.reshape(-1, input.shape[^1]);
        var output = nn.functional.linear(rows, Weight, Bias).addmm_(nn.functional.linear(rows, down), up.t());
        return output.view([.. input.shape[..^1], up.shape[0]]).MoveToOuterDisposeScope();
    }
}
