using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Memory;

namespace LoraBuild.Training.Adapters.Algorithms;

/// <summary>
/// The change of a layer's weight as a function of an adapter's weights, and how it reaches the layer's output. Without state but for
/// <see cref="Strength"/>; the weights belong to someone else.
/// </summary>
public abstract class LayerChange : ILayerAdapter
{
    /// <summary>The strength of the change: 1 as trained, 0 for none.</summary>
    public double Strength { get; set; } = 1;

    /// <inheritdoc/>
    public virtual Tensor Forward(AdaptableLayer layer, Tensor input)
    {
        using var scope = NewDisposeScope();
        return layer.Apply(input).add_(Output(layer, input)).MoveToOuterDisposeScope();
    }

    /// <summary>The output of the change alone, in the input's type; LyCORIS calls it the bypass mode.</summary>
    /// <inheritdoc cref="ILayerAdapter.Forward"/>
    public virtual Tensor Output(AdaptableLayer layer, Tensor input)
    {
        using var scope = NewDisposeScope();
        return layer.Apply(input, WeightChange(layer).to_type(input.dtype), null).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public virtual DryTensor DryForward(AdaptableLayer layer, DryRun run, DryTensor input)
    {
        using var scope = run.Scope();
        return scope.MoveToOuter(run.AddInPlace(layer.DryApply(run, input), DryOutput(layer, run, input)));
    }

    /// <summary><see cref="Output"/> with shapes alone.</summary>
    public virtual DryTensor DryOutput(AdaptableLayer layer, DryRun run, DryTensor input) => layer.DryApply(run, input, changed: true);

    /// <summary>The change of the layer's weight, in the weight's shape and the adapter's type.</summary>
    public abstract Tensor WeightChange(AdaptableLayer layer);

    /// <summary>The change of the layer's bias at strength 1, or null.</summary>
    public virtual Tensor? BiasChange => null;

    /// <summary>The length (L2 norm) of the change at strength 1, without making it.</summary>
    public abstract double Norm();

    /// <summary>The length of a product of two matrices, from their Gram matrices: the root of the sum of (A^T A) o (B B^T).</summary>
    /// <param name="left">[rows, rank].</param>
    /// <param name="right">[rank, columns].</param>
    protected static double NormOfProduct(Tensor left, Tensor right)
    {
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        var (a, b) = (left.to_type(ScalarType.Float64), right.to_type(ScalarType.Float64));
        return Math.Sqrt(Math.Max(0, (a.t().matmul(a) * b.matmul(b.t())).sum().item<double>()));
    }
}
