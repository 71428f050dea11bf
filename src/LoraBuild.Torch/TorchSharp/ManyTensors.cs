using static TorchSharp.torch;

namespace LoraBuild.Torch.Layers;

/// <summary>Operators over many tensors at once; TorchSharp has them for one at a time.</summary>
public static class ManyTensors
{
    /// <summary>Adds to each tensor the one at its place in the other list, of the same shape and type.</summary>
    public static void AddInPlace(IReadOnlyList<Tensor> sums, IReadOnlyList<Tensor> terms)
    {
        for (var i = 0; i < sums.Count; i++)
            sums[i].add_(terms[i]);
    }
}
