namespace LoraBuild.Diffusion.Safetensors;

/// <summary>What a file's header says of a tensor.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Type">The name of its element type, such as <c>F16</c>.</param>
/// <param name="Shape">Its sizes; empty for a scalar.</param>
/// <param name="Offset">Where its bytes begin in the file.</param>
/// <param name="Length">The number of its bytes.</param>
public sealed record TensorEntry(string Name, string Type, IReadOnlyList<long> Shape, long Offset, long Length);
