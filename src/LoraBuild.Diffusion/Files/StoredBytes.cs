namespace LoraBuild.Diffusion.Files;

/// <summary>
/// Stored bytes on their way into a tensor of another type or on another device: through one small buffer, never a second copy.
/// </summary>
internal static class StoredBytes
{
    private const long ChunkElements = 1 << 20;

    /// <summary>Gives the bytes from <paramref name="offset"/> on; called with growing offsets.</summary>
    public delegate void Reader(long offset, Span<byte> target);

    /// <summary>A new contiguous tensor with the stored elements.</summary>
    /// <param name="shape">Its sizes.</param>
    /// <param name="stored">The type of the stored elements.</param>
    /// <param name="dtype">The tensor's type.</param>
    /// <param name="device">The device for it, or null for the CPU. On the meta device there are only shapes, and nothing is read.</param>
    /// <param name="read">Reads stored bytes, from the tensor's first one.</param>
    public static Tensor ToTensor(long[] shape, ScalarType stored, ScalarType dtype, Device? device, Reader read)
    {
        var target = torch.empty(shape, dtype: dtype, device: device);
        var count = target.numel();
        if (count == 0 || target.device_type == DeviceType.META)
            return target;
        if (dtype == stored && target.device_type == DeviceType.CPU)
        {
            ReadInPlace(target, read);
            return target;
        }

        using var flat = target.view(-1);
        var chunkSize = Math.Min(count, ChunkElements);
        using var chunk = torch.empty([chunkSize], dtype: stored);
        var elementSize = chunk.element_size();
        for (long start = 0; start < count; start += chunkSize)
        {
            var length = Math.Min(chunkSize, count - start);
            read(start * elementSize, chunk.bytes[..(int)(length * elementSize)]);
            using var source = chunk.narrow(0, 0, length);
            using var destination = flat.narrow(0, start, length);
            destination.copy_(source);
        }
        return target;
    }

    // Piece by piece: a span is at most 2 GB long.
    private static void ReadInPlace(Tensor target, Reader read)
    {
        using var flat = target.view(-1);
        var (count, elementSize) = (flat.shape[0], flat.element_size());
        const long pieceSize = ChunkElements * 64;
        for (long start = 0; start < count; start += pieceSize)
        {
            using var piece = flat.narrow(0, start, Math.Min(pieceSize, count - start));
            read(start * elementSize, piece.bytes);
        }
    }
}
