using LoraBuild.Diffusion.Layers;
using LoraBuild.Torch.Layers;

namespace LoraBuild.Training.Adapters;

/// <summary>
/// LoHa (FedPara, arXiv:2108.06098; LyCORIS' <c>loha</c>): the layer's weight [out, in] changes by
/// <c>(W1a W1b) o (W2a W2b) x alpha / rank</c>, where o multiplies element by element. For a k x k convolution "in" is in x k x k.
/// </summary>
/// <remarks>
/// The change is a product of rank r^2 too: <c>A B</c> with <c>A[o, (i,j)] = W1a[o,i] W2a[o,j]</c> and <c>B[(i,j), n] = W1b[i,n] W2b[j,n]</c>.
/// So <c>y = op(x, W) + (x B) A</c> needs neither the changed weight nor a gradient of its size. <see cref="LoHaForm"/> says which of both
/// forms a layer takes.
/// </remarks>
public sealed class LoHa : LayerChange
{
    private readonly LoHaForm? form;

    /// <summary>An adapter over weights that belong to someone else.</summary>
    /// <param name="w1A">[out, rank].</param>
    /// <param name="w1B">[rank, in] or, for a convolution, [rank, in x k x k].</param>
    /// <param name="w2A">[out, rank].</param>
    /// <param name="w2B">As <paramref name="w1B"/>.</param>
    /// <param name="alpha">The change is scaled by alpha over rank.</param>
    /// <param name="form">The form to compute in; null: the cheaper one for each input.</param>
    public LoHa(Tensor w1A, Tensor w1B, Tensor w2A, Tensor w2B, double alpha, LoHaForm? form = null)
    {
        (W1A, W1B, W2A, W2B) = (w1A, w1B, w2A, w2B);
        Alpha = alpha;
        this.form = form;
    }

    /// <summary>The factors.</summary>
    public Tensor W1A { get; }

    /// <inheritdoc cref="W1A"/>
    public Tensor W1B { get; }

    /// <inheritdoc cref="W1A"/>
    public Tensor W2A { get; }

    /// <inheritdoc cref="W1A"/>
    public Tensor W2B { get; }

    /// <summary>The scale's numerator.</summary>
    public double Alpha { get; }

    /// <summary>The rank of each of the two products.</summary>
    public long Rank => W1B.shape[0];

    /// <summary>What the product of the factors is multiplied by.</summary>
    internal double Scale => Alpha / Rank * Strength;

    /// <summary>The factors of the change, down [rank^2, in] and up [out, rank^2], where they were made for the pass that goes on.</summary>
    internal (Tensor Down, Tensor Up)? Made { get; set; }

    /// <inheritdoc/>
    public override Tensor Forward(AdaptableLayer layer, Tensor input)
    {
        if (Made is var (down, up))
            return layer.ApplyWithProduct(input, down, up);
        using var scope = NewDisposeScope();
        var chosen = form ?? LoHaCost.CheaperForm(layer, input, Rank);
        var output = layer.TryApplyWithHadamard(input, (W1A, W1B, W2A, W2B), Scale, chosen == LoHaForm.Materialized)
            ?? (chosen == LoHaForm.Factored ? Factored(layer, input) : Materialized(layer, input));
        return output.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor WeightChange(AdaptableLayer layer)
    {
        using var scope = NewDisposeScope();
        return (W1A.matmul(W1B) * W2A.matmul(W2B) * Scale).view(layer.Weight.shape).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor Output(AdaptableLayer layer, Tensor input)
    {
        using var scope = NewDisposeScope();
        return layer.Apply(input, WeightChange(layer).to_type(input.dtype), null).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override double Norm()
    {
        using var scope = NewDisposeScope();
        var up = (W1A.unsqueeze(2) * W2A.unsqueeze(1)).view(-1, Rank * Rank);
        var down = (W1B.unsqueeze(1) * W2B.unsqueeze(0)).view(Rank * Rank, -1);
        return NormOfProduct(up, down) * Alpha / Rank;
    }

    private Tensor Factored(AdaptableLayer layer, Tensor input)
    {
        var (down, up) = FusedLayers.HadamardFactors(W1A, W1B, W2A, W2B, Scale) ?? Factors();
        return layer.ApplyWithProduct(input, down.to_type(input.dtype), up.to_type(input.dtype));
    }

    private (Tensor Down, Tensor Up) Factors()
    {
        var squared = Rank * Rank;
        return (
            (W1B.unsqueeze(1) * W2B.unsqueeze(0)).view(squared, -1),
            (W1A.unsqueeze(2) * (W2A * Scale).unsqueeze(1)).view(-1, squared));
    }

    private Tensor Materialized(AdaptableLayer layer, Tensor input) =>
        layer.Apply(input, FusedLayers.HadamardWeight(layer.Weight, W1A, W1B, W2A, W2B, Scale) ?? ChangedWeight(layer.Weight), layer.Bias);

    // One pass over the weight instead of three.
    private Tensor ChangedWeight(Tensor weight)
    {
        var changed = weight.view(weight.shape[0], -1).addcmul(W1A.matmul(W1B).to_type(weight.dtype), W2A.matmul(W2B).to_type(weight.dtype), Scale);
        return changed.view(weight.shape);
    }
}
