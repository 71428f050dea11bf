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

    /// <summary>True if a file of tensors may name it.</summary>
    public bool IsKnown => this == OrderedDictionary || this == RebuildTensor || StorageType is not null;

    /// <summary>As Python writes it.</summary>
    public override string ToString() => $"{Module}.{Name}";
}

/// <summary>A Python dictionary.</summary>
internal sealed class PickledDictionary : Dictionary<object, object?>
{
    /// <summary>The dictionary under a key, or null.</summary>
    public PickledDictionary? Child(string key) => TryGetValue(key, out var value) ? value as PickledDictionary : null;
}

/// <summary>A storage as a pickle names it; its bytes lie in an entry of the zip file.</summary>
/// <param name="Key">The entry's name below <c>data/</c>.</param>
/// <param name="Type">The type of its elements.</param>
/// <param name="Count">The number of its elements.</param>
internal sealed record PickledStorage(string Key, ScalarType Type, long Count);

/// <summary>A tensor as a pickle describes it: a view of a storage.</summary>
/// <param name="Storage">The storage of its elements.</param>
/// <param name="Offset">Its first element's place in the storage.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Strides">Elements from one index to the next along each axis.</param>
internal sealed record PickledTensor(PickledStorage Storage, long Offset, IReadOnlyList<long> Shape, IReadOnlyList<long> Strides)
{
    /// <summary>True if its elements follow one another without a gap, the last axis fastest.</summary>
    public bool IsContiguous
    {
        get
        {
            var expected = 1L;
            for (var axis = Shape.Count - 1; axis >= 0; axis--)
            {
                if (Shape[axis] != 1 && Strides[axis] != expected)
                    return false;
                expected *= Shape[axis];
            }
            return true;
        }
    }

    /// <summary>The number of its elements; one that is more than any storage has where there are more.</summary>
    public Int128 Count =>
        Shape.Contains(0) ? 0 : Shape.Aggregate((Int128)1, (count, size) => count > long.MaxValue ? count : count * size);

    /// <summary>The number of elements from its first to its last, both included; 0 where it has none.</summary>
    public Int128 Extent => Shape.Contains(0)
        ? 0
        : Shape.Zip(Strides, (size, stride) => (Int128)(size - 1) * stride).Aggregate((Int128)1, (sum, part) => sum + part);
}
