namespace LoraBuild.Diffusion.Pickles;

/// <summary>A name that a pickle may refer to. It stands for itself: nothing is ever looked up, imported or called.</summary>
/// <param name="Module">The Python module.</param>
/// <param name="Name">The name in it.</param>
internal sealed record PickleGlobal(string Module, string Name)
{
    /// <summary>An empty dictionary that keeps its order.</summary>
    public static readonly PickleGlobal OrderedDictionary = new("collections", "OrderedDict");

    /// <summary>A tensor from a storage, an offset, sizes and strides.</summary>
    public static readonly PickleGlobal RebuildTensor = new("torch._utils", "_rebuild_tensor_v2");

    private static readonly Dictionary<string, ScalarType> Storages = new()
    {
        ["DoubleStorage"] = ScalarType.Float64,
        ["FloatStorage"] = ScalarType.Float32,
        ["HalfStorage"] = ScalarType.Float16,
        ["BFloat16Storage"] = ScalarType.BFloat16,
        ["LongStorage"] = ScalarType.Int64,
        ["IntStorage"] = ScalarType.Int32,
        ["ShortStorage"] = ScalarType.Int16,
        ["CharStorage"] = ScalarType.Int8,
        ["ByteStorage"] = ScalarType.Byte,
        ["BoolStorage"] = ScalarType.Bool,
    };

    /// <summary>The element type of one of torch's storage classes, or null for anything else.</summary>
    public ScalarType? StorageType => Module == "torch" && Storages.TryGetValue(Name, out var type) ? type : null;

    /// <summary>Whether a file of tensors may name it.</summary>
    public bool IsKnown => this == OrderedDictionary || this == RebuildTensor || StorageType is not null;

    /// <summary>As Python writes it.</summary>
    public override string ToString() => $"{Module}.{Name}";
}
