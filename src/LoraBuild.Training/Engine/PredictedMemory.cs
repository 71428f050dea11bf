namespace LoraBuild.Training.Engine;

/// <summary>The bytes of a training by part.</summary>
/// <param name="Weights">The frozen weights.</param>
/// <param name="Adapters">The adapters' weights.</param>
/// <param name="Gradients">Their gradients.</param>
/// <param name="Optimizer">The optimizer's state.</param>
/// <param name="Activations">All that a step makes and keeps for the way back, at its peak.</param>
public sealed record PredictedMemory(long Weights, long Adapters, long Gradients, long Optimizer, long Activations)
{
    private const double Giga = 1e9;

    /// <summary>The most of the denoiser's blocks that could be swapped, <c>blocks_to_swap</c>; 0 on a CPU.</summary>
    public int SwappableBlocks { get; init; }

    /// <summary>All together.</summary>
    public long Total => Weights + Adapters + Gradients + Optimizer + Activations;

    /// <summary>The parts in words.</summary>
    public override string ToString() =>
        $"{Size(Total)}: {Size(Weights)} frozen weights, {Size(Adapters)} adapters, {Size(Gradients)} gradients, {Size(Optimizer)} "
        + $"optimizer state, {Size(Activations)} activations at the peak";

    /// <summary>Bytes in GB.</summary>
    public static string Size(long bytes) => FormattableString.Invariant($"{bytes / Giga:0.00} GB");
}
