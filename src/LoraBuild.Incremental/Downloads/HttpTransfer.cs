using System.Net;
using System.Net.Http.Headers;
using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Incremental.Downloads;

/// <summary>
/// Brings the bytes of a URI into a <see cref="PartialFile"/> over HTTP, going on where the last attempt stopped (RFC 9110, 14: ranges).
/// A server that ignores ranges, or whose file has changed since, sends everything again.
/// </summary>
/// <param name="client">Follows redirects.</param>
/// <param name="options">The number of attempts, and the times to wait.</param>
internal sealed class HttpTransfer(HttpClient client, DownloadOptions options)
{
    private const int BufferBytes = 1 << 17;

    /// <summary>Completes the file.</summary>
    /// <param name="uri">http or https.</param>
    /// <param name="partial">The bytes that are there already; all of them, in the end.</param>
    /// <param name="canVerify">True if the caller knows the hash of the whole. If not, bytes of an earlier attempt are only trusted where
    /// an entity tag says that they belong to the same file.</param>
    /// <param name="progress">Told after each buffer.</param>
    /// <param name="cancellation">Ends the transfer; what is there stays.</param>
    /// <returns>True if bytes of an earlier attempt are part of the file.</returns>
    /// <exception cref="LoraBuildException">LB6006: the server refuses or is silent too often. LB6001: the disk is full.</exception>
    public async Task<bool> RunAsync(Uri uri, PartialFile partial, bool canVerify, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        var isResumed = false;
        for (var failures = 0; ;)
        {
            var before = partial.Length;
            try
            {
                isResumed |= await AttemptAsync(uri, partial, canVerify, progress, cancellation).ConfigureAwait(false);
                return isResumed;
            }
            catch (Exception e) when (IsTransient(e) && !cancellation.IsCancellationRequested)
            {
                isResumed |= partial.Length > 0;
                failures = partial.Length > before ? 1 : failures + 1;
                if (failures >= options.Attempts)
                    throw Failed(uri, e is OperationCanceledException ? "The server stopped sending." : e.Message, e);
                await Task.Delay(options.FirstPause * Math.Pow(2, failures - 1), cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task<bool> AttemptAsync(Uri uri, PartialFile partial, bool canVerify, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        silence.CancelAfter(options.Silence);
        var start = canVerify || partial.EntityTag is not null ? partial.Length : 0;
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        if (start > 0)
        {
            request.Headers.Range = new RangeHeaderValue(start, null);
            if (partial.EntityTag is { } known)
                request.Headers.IfRange = new RangeConditionHeaderValue(known);
        }

        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, silence.Token).ConfigureAwait(false);
        var tag = response.Headers.ETag is { IsWeak: false } strong ? strong.Tag : null;
        var total = Begin(uri, response, partial, start, tag);
        using var body = await response.Content.ReadAsStreamAsync(silence.Token).ConfigureAwait(false);
        var buffer = new byte[BufferBytes];
        while (await body.ReadAsync(buffer, silence.Token).ConfigureAwait(false) is > 0 and var count)
        {
            silence.CancelAfter(options.Silence);
            partial.Append(buffer.AsSpan(0, count));
            progress?.Report(new DownloadProgress(uri, partial.Length, total));
        }

        partial.Flush();
        if (partial.Length == (total ?? partial.Length))
            return start > 0 && response.StatusCode == HttpStatusCode.PartialContent;
        var received = partial.Length;
        if (received > total)
            partial.Restart(null);
        throw new HttpIOException(HttpRequestError.ResponseEnded, $"The server announced {total} bytes and sent {received}.");
    }

    /// <summary>Makes the partial file ready for the response's body; gives the length of the whole where the server says it.</summary>
    private static long? Begin(Uri uri, HttpResponseMessage response, PartialFile partial, long start, string? tag)
    {
        switch (response.StatusCode)
        {
            case HttpStatusCode.PartialContent when start > 0 && response.Content.Headers.ContentRange is { } range && range.From == start
                && (tag is null || partial.EntityTag is null || tag == partial.EntityTag):
                return range.Length;
            case HttpStatusCode.OK:
                partial.Restart(tag);
                return response.Content.Headers.ContentLength;
            case HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable:
                partial.Restart(null);
                throw new HttpIOException(HttpRequestError.InvalidResponse, "The server has another file than before.");
            case HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError:
                throw new HttpRequestException($"The server answers {(int)response.StatusCode} {response.ReasonPhrase}.");
            default:
                throw Failed(uri, $"The server answers {(int)response.StatusCode} {response.ReasonPhrase}.", null);
        }
    }

    private static bool IsTransient(Exception e) => e is HttpRequestException or HttpIOException or OperationCanceledException
        || (e is IOException && e.InnerException is System.Net.Sockets.SocketException);

    private static LoraBuildException Failed(Uri uri, string reason, Exception? cause) => new(
        DiagnosticCode.DownloadFailed,
        $"'{uri}' cannot be downloaded: {reason} What came is kept, and the next build goes on from there; or download it by hand and name the file instead.",
        innerException: cause);
}
