namespace LoraBuild.Diffusion.Safetensors;

/// <summary>The element types of the safetensors format.</summary>
/// <param name="Name">Its name in a header.</param>
/// <param name="Size">Bytes an element.</param>
/// <param name="ScalarType">The engine's type, or null where the engine has none.</param>
internal sealed record SafetensorsType(string Name, int Size, ScalarType? ScalarType)
{
    /// <summary>All types in the order of the reference implementation, which writes a file's tensors from the last type to the first.</summary>
    public static readonly IReadOnlyList<SafetensorsType> All =
    [
        new("BOOL", 1, torch.ScalarType.Bool),
        new("U8", 1, torch.ScalarType.Byte),
        new("I8", 1, torch.ScalarType.Int8),
        new("F8_E5M2", 1, null),
        new("F8_E4M3", 1, null),
        new("I16", 2, torch.ScalarType.Int16),
        new("U16", 2, null),
        new("F16", 2, torch.ScalarType.Float16),
        new("BF16", 2, torch.ScalarType.BFloat16),
        new("I32", 4, torch.ScalarType.Int32),
        new("U32", 4, null),
        new("F32", 4, torch.ScalarType.Float32),
        new("C64", 8, null),
        new("F64", 8, torch.ScalarType.Float64),
        new("I64", 8, torch.ScalarType.Int64),
        new("U64", 8, null),
    ];

    /// <summary>The type of that name, or null.</summary>
    public static SafetensorsType? Named(string? name) => All.FirstOrDefault(type => type.Name == name);

    /// <summary>The place of an engine's type in <see cref="All"/>, or -1.</summary>
    public static int RankOf(ScalarType scalarType)
    {
        for (var rank = 0; rank < All.Count; rank++)
        {
            if (All[rank].ScalarType == scalarType)
                return rank;
        }
        return -1;
    }
}
