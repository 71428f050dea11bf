namespace LoraBuild.Incremental.Transfers;

/// <summary>
/// Bounds what a server may take over a transfer: it must not stay silent, must not drip, and must end. Each is measured where bytes come;
/// a silence, also before the first byte, cancels <see cref="Token"/>.
/// </summary>
internal sealed class RateWatch : IDisposable
{
    private readonly TransferLimits limits;
    private readonly CancellationTokenSource silence;
    private readonly long begin = Environment.TickCount64;
    private long windowBegin = Environment.TickCount64;
    private long windowBytes;

    /// <summary>Begins to watch.</summary>
    /// <param name="limits">The bounds that the server must keep.</param>
    /// <param name="outer">Cancel the transfer, too.</param>
    public RateWatch(TransferLimits limits, params ReadOnlySpan<CancellationToken> outer)
    {
        this.limits = limits;
        silence = CancellationTokenSource.CreateLinkedTokenSource(outer);
        silence.CancelAfter(limits.Silence);
    }

    /// <summary>Is cancelled after a silence, and by the caller's own tokens.</summary>
    public CancellationToken Token => silence.Token;

    /// <summary>Notes bytes that came or went.</summary>
    /// <exception cref="SlowServerException">They are too few for the time that they took, or the transfer takes too long.</exception>
    public void Note(int bytes)
    {
        silence.CancelAfter(limits.Silence);
        var now = Environment.TickCount64;
        if (now - begin > limits.Total.TotalMilliseconds)
            throw new SlowServerException(
                FormattableString.Invariant($"The transfer is not done after {limits.Total.TotalMinutes:0.#} minutes."));
        windowBytes += bytes;
        if (now - windowBegin < limits.Silence.TotalMilliseconds)
            return;
        if (windowBytes * 1000.0 / (now - windowBegin) < limits.LeastRate)
            throw new SlowServerException(FormattableString.Invariant($"The server sends less than {limits.LeastRate} bytes a second."));
        (windowBegin, windowBytes) = (now, 0);
    }

    /// <inheritdoc/>
    public void Dispose() => silence.Dispose();
}

/// <summary>The bounds that a server must keep within one request.</summary>
/// <param name="Silence">The time that it may say nothing; the rate is measured over as long.</param>
/// <param name="LeastRate">The fewest bytes a second.</param>
/// <param name="Total">The time that the request may take in all.</param>
internal readonly record struct TransferLimits(TimeSpan Silence, int LeastRate, TimeSpan Total);

/// <summary>A server is slower than it may be.</summary>
internal sealed class SlowServerException(string message) : IOException(message);
