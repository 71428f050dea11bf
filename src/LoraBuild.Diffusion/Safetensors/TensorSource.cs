namespace LoraBuild.Diffusion.Safetensors;

/// <summary>A tensor to write that need not be in memory before its turn.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Type">Its type.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Load">Makes it; the caller's scope owns it.</param>
public sealed record TensorSource(string Name, ScalarType Type, IReadOnlyList<long> Shape, Func<Tensor> Load);
