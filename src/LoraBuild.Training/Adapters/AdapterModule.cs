using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Memory;
using LoraBuild.Training.Adapters.Acceleration;
using LoraBuild.Training.Adapters.Algorithms;
using LoraBuild.Training.Parameters;

namespace LoraBuild.Training.Adapters;

/// <summary>An adapter on its layer: its tensors, and the layer's output with them.</summary>
public sealed class AdapterModule : ILayerAdapter
{
    private readonly AdapterDropout? dropout;
    private readonly LayerChange? constant;
    private readonly bool isNarrow;
    private readonly double scale;
    private double strength = 1;

    /// <summary>An adapter over tensors that belong to someone else.</summary>
    /// <param name="layer">The layer; its name begins the names of the adapter's tensors.</param>
    /// <param name="kind">The kind of the adapter.</param>
    /// <param name="shapes">The kind's tensors as they are described.</param>
    /// <param name="factors">The same by name.</param>
    /// <param name="alpha">The change is scaled by alpha over the rank.</param>
    /// <param name="scalar">A number that the change is multiplied by, [], or null.</param>
    /// <param name="lengths">DoRA's lengths, [out, 1, ...] or [1, in, 1, ...], or null.</param>
    /// <param name="dropout">The dropouts of the training, or null.</param>
    public AdapterModule(
        AdaptableLayer layer,
        AdapterKind kind,
        IReadOnlyList<AdapterFactor> shapes,
        IReadOnlyDictionary<string, Tensor> factors,
        double alpha,
        Tensor? scalar = null,
        Tensor? lengths = null,
        AdapterDropout? dropout = null)
    {
        (Layer, Kind, Factors, Alpha, Scalar, Lengths) = (layer, kind, factors, alpha, scalar, lengths);
        this.dropout = dropout;
        scale = kind.RankOf(shapes) is { } rank ? alpha / rank : 1;
        isNarrow = factors.Values.Any(factor => factor.dtype != ScalarType.Float32);
        if (dropout is null && scalar is null && !kind.Derives(factors))
            constant = Change(factors, null, null);
    }

    /// <summary>The layer that it is for.</summary>
    public AdaptableLayer Layer { get; }

    /// <summary>The kind of the adapter.</summary>
    public AdapterKind Kind { get; }

    /// <summary>The kind's tensors by name.</summary>
    public IReadOnlyDictionary<string, Tensor> Factors { get; }

    /// <summary>The change is scaled by alpha over the rank.</summary>
    public double Alpha { get; }

    /// <summary>A number that the change is multiplied by, [], or null. Files hold one of the factors multiplied by it.</summary>
    public Tensor? Scalar { get; }

    /// <summary>DoRA's lengths, [out, 1, ...] or [1, in, 1, ...], or null.</summary>
    public Tensor? Lengths { get; }

    /// <summary>
    /// The strength of the change: 1 as trained, 0 for none. With DoRA the weight moves on a straight line from the frozen to the
    /// changed one.
    /// </summary>
    public double Strength
    {
        get => strength;
        set
        {
            strength = value;
            if (constant is not null)
                constant.Strength = Lengths is null ? value : 1;
        }
    }

    /// <summary>The change as a LoHa, where it is one and no more: without DoRA, scalar, dropout or Tucker's cores.</summary>
    internal AcceleratedLoHa? Plain => Lengths is null && dropout is null ? constant as AcceleratedLoHa : null;

    /// <summary>True if a training step's pass leaves it out, by its number from 0.</summary>
    public bool IsDroppedIn(long pass) => dropout?.DropsModuleIn(pass) == true;

    /// <summary>The adapter's tensors as a LoRA file keeps them; <c>alpha</c> is a scalar.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Tensors()
    {
        var scaled = Scalar is null ? null : Kind.ScaledFactor(Factors.Keys);
        if (Kind.ChangesByFactors)
            yield return new($"{Layer.Name}.{AdapterKind.AlphaName}", tensor((float)Alpha));
        if (Lengths is not null)
            yield return new($"{Layer.Name}.{AdapterKind.LengthsName}", Lengths);
        foreach (var (name, factor) in Factors)
            yield return new($"{Layer.Name}.{name}", name == scaled ? factor * Scalar! : factor);
    }

    /// <inheritdoc/>
    public Tensor Forward(AdaptableLayer layer, Tensor input)
    {
        if (dropout is { DropsModule: true })
            return layer.Apply(input);
        using var scope = NewDisposeScope();
        if (Lengths is null && dropout is not { DropsOutput: true })
            return ChangeNow().Forward(layer, input).MoveToOuterDisposeScope();
        return layer.Apply(input).add_(Output(layer, input)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public DryTensor DryForward(AdaptableLayer layer, DryRun run, DryTensor input)
    {
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        var change = ChangeNow();
        if (Lengths is null && dropout is not { DropsOutput: true })
            return change.DryForward(layer, run, input);
        using var dry = run.Scope();
        var output = Lengths is null ? change.DryOutput(layer, run, input) : layer.DryApply(run, input, changed: true);
        return dry.MoveToOuter(run.AddInPlace(layer.DryApply(run, input), output));
    }

    /// <summary>The output of the adapter alone, which is added to the frozen layer's.</summary>
    /// <inheritdoc cref="Forward"/>
    public Tensor Output(AdaptableLayer layer, Tensor input)
    {
        using var scope = NewDisposeScope();
        var change = ChangeNow();
        var output = Lengths is null
            ? change.Output(layer, input)
            : layer.Apply(input, DecomposedChange(change).to_type(input.dtype), null);
        return (dropout is { DropsOutput: true } ? dropout.Values(output) : output).MoveToOuterDisposeScope();
    }

    /// <summary>The change of the layer's weight without dropouts, of the weight's shape.</summary>
    public Tensor WeightChange()
    {
        using var scope = NewDisposeScope();
        var change = Whole();
        return (Lengths is null ? change.WeightChange(Layer) : DecomposedChange(change)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The changes of the layer's tensors without dropouts, each by its name in <see cref="Diffusion.Families.IDiffusionModel.Sources"/>.
    /// </summary>
    public IEnumerable<(string Source, Func<Tensor> Make)> Changes()
    {
        yield return (Layer.Name, WeightChange);
        if (Whole().BiasChange is { } bias)
            yield return ($"{Layer.Name}.bias", () => bias * strength);
    }

    /// <summary>The length (L2 norm) of the kind's change of the weight, without DoRA, dropouts and strength.</summary>
    public double Norm()
    {
        using var scope = NewDisposeScope();
        return Whole().Norm();
    }

    private Tensor DecomposedChange(LayerChange change) =>
        WeightDecomposition.Change(Layer.Weight, change.WeightChange(Layer), Widened.Read(Lengths!), strength);

    // Weights in half precision are computed with in 32 bits, but for factors that were made of them for the pass.
    private LayerChange ChangeNow() => constant is not null && (!isNarrow || constant is AcceleratedLoHa { Made: not null })
        ? constant
        : Change(Wide(), dropout?.Rows(Layer.Shape[0], Layer.Device), dropout is null ? null : dropout.Between);

    private LayerChange Whole() => constant is not null && !isNarrow ? constant : Change(Wide(), null, null);

    private IReadOnlyDictionary<string, Tensor> Wide() =>
        isNarrow ? Factors.ToDictionary(factor => factor.Key, factor => Widened.Read(factor.Value)) : Factors;

    private LayerChange Change(IReadOnlyDictionary<string, Tensor> factors, Tensor? kept, Func<Tensor, Tensor>? between)
    {
        var rows = (Scalar, kept) switch
        {
            (null, _) => kept,
            (_, null) => Scalar.view(1),
            _ => kept * Scalar,
        };
        var change = AcceleratedLoHa.Of(Kind.Change(factors, scale, rows, between));
        change.Strength = Lengths is null ? strength : 1;
        return change;
    }
}
