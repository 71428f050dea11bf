namespace LoraBuild.Diffusion.Memory;

/// <summary>A frozen tensor that is on a device at times, and in main memory for good once it has left.</summary>
internal static class SwappedTensor
{
    /// <summary>Frees the device of a tensor.</summary>
    /// <param name="used">The tensor; null afterwards.</param>
    /// <param name="kept">Its copy in main memory, made the first time.</param>
    public static void Leave(ref Tensor? used, ref Tensor? kept)
    {
        if (used is null)
            return;
        using (torch.no_grad())
            kept ??= used.cpu().alias().DetachFromDisposeScope();
        used.Dispose();
        used = null;
    }

    /// <summary>Brings it back.</summary>
    /// <param name="used">The tensor.</param>
    /// <param name="kept">Its copy in main memory.</param>
    /// <param name="device">The device.</param>
    public static void Return(ref Tensor? used, Tensor? kept, Device device)
    {
        using var ungraded = torch.no_grad();
        used ??= kept!.to(device).alias().DetachFromDisposeScope();
    }
}

/// <summary>The weights of several layers, which leave and return together.</summary>
/// <param name="layers">The layers.</param>
public sealed class SwappedLayers(IReadOnlyList<ISwappedBlock> layers) : ISwappedBlock
{
    /// <inheritdoc/>
    public long Bytes => layers.Sum(layer => layer.Bytes);

    /// <inheritdoc/>
    public long CompressedBytes => layers.Sum(layer => layer.CompressedBytes);

    /// <inheritdoc/>
    public void Return()
    {
        foreach (var layer in layers)
            layer.Return();
    }

    /// <inheritdoc/>
    public void Leave()
    {
        foreach (var layer in layers)
            layer.Leave();
    }
}
