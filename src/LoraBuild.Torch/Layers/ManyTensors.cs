using static LoraBuild.Torch.torch;

namespace LoraBuild.Torch.Layers;

/// <summary>Operators over many tensors at once, which on a GPU take as long as over one.</summary>
public static class ManyTensors
{
    /// <summary>Adds to each tensor the one at its place in the other list, of the same shape and type.</summary>
    public static void AddInPlace(IReadOnlyList<Tensor> sums, IReadOnlyList<Tensor> terms) =>
        Aten._foreach_add_.Run(sums.ToArray(), terms.ToArray());
}
