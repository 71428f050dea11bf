using LoraBuild.Diffusion.Layers;
using LoraBuild.Settings;

namespace LoraBuild.Training.Adapters.Algorithms;

/// <summary>An algorithm: the tensors of its adapters, and the change of a layer's weight that they stand for.</summary>
public abstract class AdapterKind
{
    /// <summary>Names of tensors, after the layer's and a dot, that an adapter of any kind may have.</summary>
    internal const string AlphaName = "alpha", LengthsName = "dora_scale", ScalarName = "scalar";

    // A new algorithm is a file and a line here. networks.lora is LoCon without convolutions above 1x1.
    private static readonly (AdapterKind Kind, AdapterAlgorithm[] Algorithms)[] Known =
    [
        (new LoHaKind(), [AdapterAlgorithm.LoHa]),
        (new LoConKind(), [AdapterAlgorithm.LoCon, AdapterAlgorithm.Lora]),
        (new LoKrKind(), [AdapterAlgorithm.LoKr]),
        (new NormKind(), []),
    ];

    /// <summary>Every kind.</summary>
    public static IReadOnlyList<AdapterKind> All { get; } = [.. Known.Select(entry => entry.Kind)];

    /// <summary>The kind of an algorithm.</summary>
    public static AdapterKind Of(AdapterAlgorithm algorithm) => Known.Single(entry => entry.Algorithms.Contains(algorithm)).Kind;

    /// <summary>The kind of an algorithm's adapter on a layer; on a normalisation all algorithms have the same.</summary>
    public static AdapterKind Of(AdapterAlgorithm algorithm, AdaptableLayer layer) =>
        layer is Norm ? All.Single(kind => kind is NormKind) : Of(algorithm);

    /// <summary>True if it can be put on a layer.</summary>
    public virtual bool Suits(AdaptableLayer layer) => layer is not Norm;

    /// <summary>
    /// True if it changes a matrix or kernel by factors. Only then there are alpha, scalar, DoRA's lengths, dropout of single values and a
    /// bound on the change's norm.
    /// </summary>
    public virtual bool ChangesByFactors => true;

    /// <summary>The tensors of a new adapter.</summary>
    /// <param name="layer">The layer that it is for.</param>
    /// <param name="rank">The rank, from 1.</param>
    /// <param name="settings">The settings of the adapter.</param>
    public abstract IReadOnlyList<AdapterFactor> NewFactors(AdaptableLayer layer, long rank, TrainingSettings settings);

    /// <summary>
    /// The tensors that an adapter for a layer has, where a file holds some of these shapes; their first values mean nothing.
    /// </summary>
    /// <param name="layer">The layer.</param>
    /// <param name="shapes">The shapes in the file by the tensors' names; others than this kind's don't count.</param>
    /// <returns>The tensors with the shapes that the layer needs, or null where no tensor is of this kind.</returns>
    public abstract IReadOnlyList<AdapterFactor>? FactorsIn(AdaptableLayer layer, IReadOnlyDictionary<string, IReadOnlyList<long>> shapes);

    /// <summary>The rank, which alpha is divided by, or null where the change is not scaled.</summary>
    public abstract long? RankOf(IReadOnlyList<AdapterFactor> factors);

    /// <summary>The change of the layer's weight that the tensors stand for.</summary>
    /// <param name="factors">The tensors by name.</param>
    /// <param name="scale">The factor of the change: alpha over rank.</param>
    /// <param name="rows">A factor for each output channel's change, [out] or [1]; null: 1.</param>
    /// <param name="between">A function of the low-rank values on their way, where the kind has such; null: none.</param>
    public abstract LayerChange Change(
        IReadOnlyDictionary<string, Tensor> factors, double scale, Tensor? rows, Func<Tensor, Tensor>? between);

    /// <summary>True if <see cref="Change"/> computes with the tensors, so that it must be called again when they have changed.</summary>
    public abstract bool Derives(IReadOnlyDictionary<string, Tensor> factors);

    /// <summary>
    /// True if <c>scale_weight_norms</c> shortens the change by the adapter's scalar, as LyCORIS does, not by the factors.
    /// </summary>
    public virtual bool KeepsNormInScalar => true;

    /// <summary>
    /// The beginning of the names of those tensors whose learning rate LoRA+ (arXiv:2402.12354) raises, as in sd-scripts; null: none.
    /// </summary>
    public abstract string? PlusFactor { get; }

    /// <summary>The tensor that a file holds multiplied by the adapter's scalar.</summary>
    public abstract string ScaledFactor(IEnumerable<string> names);

    /// <summary>The sizes of a layer: output channels, input channels, and the kernel's area.</summary>
    protected static (long Outputs, long Inputs, long Kernel) SizesOf(AdaptableLayer layer)
    {
        var shape = layer.Shape;
        return (shape[0], shape[1], layer.Count / shape[0] / shape[1]);
    }

    /// <summary>The sizes of a layer's kernel: none for a linear layer.</summary>
    protected static long[] KernelOf(AdaptableLayer layer) => layer.Shape[2..];

    /// <summary>True for a kernel above 1x1, where Tucker's decomposition is of use.</summary>
    protected static bool IsLarge(AdaptableLayer layer) => layer is Conv2d { KernelSize: > 1 };
}

/// <summary>One of the tensors that make up an adapter.</summary>
/// <param name="Name">Its name in a LoRA file after the layer's and a dot, such as <c>hada_w1_a</c>.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="First">Its values in a new adapter.</param>
public sealed record AdapterFactor(string Name, IReadOnlyList<long> Shape, FirstValues First);
