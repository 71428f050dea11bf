namespace LoraBuild.Incremental.Caching.Remote;

/// <summary>Bytes to be sent, which tell whenever some of them are taken: a long upload is no silence.</summary>
internal sealed class WatchedStream(byte[] bytes, Action taken) : MemoryStream(bytes, writable: false)
{
    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        taken();
        return base.ReadAsync(buffer, cancellationToken);
    }
}
