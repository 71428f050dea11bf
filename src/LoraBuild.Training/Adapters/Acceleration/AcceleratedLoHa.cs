using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Memory;
using LoraBuild.Torch.Layers;
using LoraBuild.Training.Adapters.Algorithms;

namespace LoraBuild.Training.Adapters.Acceleration;

/// <summary>
/// A LoHa's change as it is computed where time counts: with the output and gradients of <see cref="LoHaChange"/>, which it is an equal of.
/// The first of these that is there is taken:
/// <list type="number">
/// <item>the factors that <see cref="LoHaFactors"/> made for all layers at the beginning of the pass (a training on a GPU);</item>
/// <item>one fused operator for layer and change (32 bits on a CPU, with LoraBuild's own binding);</item>
/// <item>plain operators (TorchSharp, half precision on a GPU outside a training, large ranks).</item>
/// </list>
/// The latter two take the <see cref="LoHaForm"/> that <see cref="LoHaCost"/> finds the cheaper one.
/// </summary>
public sealed class AcceleratedLoHa : LoHaChange
{
    private readonly LoHaForm? form;

    /// <summary>The same change over the same weights.</summary>
    /// <param name="change">The change by its formula.</param>
    /// <param name="form">The form to compute in; null: the cheaper one for each input.</param>
    public AcceleratedLoHa(LoHaChange change, LoHaForm? form = null)
        : base(change) => this.form = form;

    /// <summary>
    /// The factors of the change, down [rank^2, in] and up [out, rank^2], where they were made for the pass that goes on.
    /// </summary>
    internal (Tensor Down, Tensor Up)? Made { get; set; }

    /// <summary>True if <see cref="Made"/> is there in each pass.</summary>
    internal bool IsMadeAhead { get; set; }

    /// <summary>The accelerated form of a change that has one, or the change itself.</summary>
    public static LayerChange Of(LayerChange change) => change is LoHaChange loHa ? new AcceleratedLoHa(loHa) : change;

    /// <inheritdoc/>
    public override Tensor Forward(AdaptableLayer layer, Tensor input)
    {
        if (Made is var (down, up))
            return layer.ApplyWithProduct(input, down, up);
        using var scope = NewDisposeScope();
        var chosen = form ?? LoHaCost.CheaperForm(layer, input.shape, Rank);
        var output = layer.TryApplyWithHadamard(input, (W1A, W1B, W2A, W2B), Scale, chosen == LoHaForm.Materialized)
            ?? (chosen == LoHaForm.Factored ? Factored(layer, input) : Materialized(layer, input));
        return output.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override DryTensor DryForward(AdaptableLayer layer, DryRun run, DryTensor input)
    {
        if (IsMadeAhead)
            return layer.DryApplyWithProduct(run, input, Rank * Rank, made: 0);
        var chosen = form ?? LoHaCost.CheaperForm(layer, input.Shape, Rank);
        return layer.TryDryHadamard(run, input, Rank, chosen == LoHaForm.Materialized)
            ?? (chosen == LoHaForm.Factored
                ? layer.DryApplyWithProduct(run, input, Rank * Rank, layer.FactorCount(Rank * Rank))
                : layer.DryApply(run, input, changed: true));
    }

    private Tensor Factored(AdaptableLayer layer, Tensor input)
    {
        var (down, up) = FusedLayers.HadamardFactors(W1A, W1B, W2A, W2B, Scale) ?? LoHa.Product(W1A, W1B, W2A, W2B, Scale);
        return layer.ApplyWithProduct(input, down.to_type(input.dtype), up.to_type(input.dtype));
    }

    private Tensor Materialized(AdaptableLayer layer, Tensor input) =>
        layer.Apply(input, FusedLayers.HadamardWeight(layer.Weight, W1A, W1B, W2A, W2B, Scale) ?? ChangedWeight(layer.Weight), layer.Bias);

    // One pass over the weight instead of three.
    private Tensor ChangedWeight(Tensor weight)
    {
        var (first, second) = (W1A.matmul(W1B).to_type(weight.dtype), W2A.matmul(W2B).to_type(weight.dtype));
        return weight.view(weight.shape[0], -1).addcmul(first, second, Scale).view(weight.shape);
    }
}
