using System.Net;
using System.Net.Http.Headers;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Incremental.Transfers;

namespace LoraBuild.Incremental.Downloads;

/// <summary>
/// Brings the bytes of a URI into a <see cref="PartialFile"/> over HTTP, going on where the last attempt stopped (RFC 9110, 14: ranges).
/// A server that ignores ranges, or whose file has changed since, sends everything again.
/// </summary>
/// <param name="client">Follows no redirects by itself.</param>
/// <param name="options">The number of attempts, and the times to wait.</param>
internal sealed class HttpTransfer(HttpClient client, DownloadOptions options)
{
    private const int BufferBytes = 1 << 17;
    private const int MostRedirects = 10;

    /// <summary>Completes the file.</summary>
    /// <param name="uri">http or https.</param>
    /// <param name="partial">The bytes that are there already; all of them, in the end.</param>
    /// <param name="canVerify">True if the caller knows the hash of the whole. If not, bytes of an earlier attempt are only trusted where
    /// an entity tag says that they belong to the same file.</param>
    /// <param name="progress">Told after each buffer.</param>
    /// <param name="cancellation">Ends the transfer; what is there stays.</param>
    /// <returns>True if bytes of an earlier attempt are part of the file.</returns>
    /// <exception cref="LoraBuildException">LB6006: the server refuses or is silent too often. LB6001: the disk is full.</exception>
    public async Task<bool> RunAsync(
        Uri uri, PartialFile partial, bool canVerify, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        var isResumed = false;
        var end = Environment.TickCount64 + (long)options.TotalTime.TotalMilliseconds;
        for (var failures = 0; ;)
        {
            var before = partial.Length;
            try
            {
                var left = TimeSpan.FromMilliseconds(Math.Max(0, end - Environment.TickCount64));
                using var watch = new RateWatch(new TransferLimits(options.Silence, options.LeastRate, left), cancellation);
                isResumed |= await AttemptAsync(uri, partial, canVerify, progress, watch).ConfigureAwait(false);
                return isResumed;
            }
            catch (Exception e) when (IsTransient(e) && !cancellation.IsCancellationRequested)
            {
                isResumed |= partial.Length > 0;
                // A server that drips brings a little each time, which is no reason to go on.
                failures = partial.Length > before && e is not SlowServerException ? 1 : failures + 1;
                if (failures >= options.Attempts || Environment.TickCount64 >= end)
                    throw Failed(uri, e is OperationCanceledException ? "The server stopped sending." : e.Message, e);
                await Task.Delay(options.FirstPause * Math.Pow(2, failures - 1), cancellation).ConfigureAwait(false);
            }
        }
    }

    private async Task<bool> AttemptAsync(
        Uri uri, PartialFile partial, bool canVerify, IProgress<DownloadProgress>? progress, RateWatch watch)
    {
        var start = canVerify || partial.EntityTag is not null ? partial.Length : 0;
        using var response = await SendAsync(uri, start, partial.EntityTag, watch.Token).ConfigureAwait(false);
        var tag = response.Headers.ETag is { IsWeak: false } strong ? strong.Tag : null;
        var total = Begin(uri, response, partial, start, tag);
        if (total > options.MostBytes)
            throw Failed(uri, $"The server announces {total} bytes, more than the {options.MostBytes} that a file may have.", null);
        using var body = await response.Content.ReadAsStreamAsync(watch.Token).ConfigureAwait(false);
        var buffer = new byte[BufferBytes];
        while (await body.ReadAsync(buffer, watch.Token).ConfigureAwait(false) is > 0 and var count)
        {
            if (partial.Length + count > options.MostBytes)
                throw Failed(uri, $"The server sends more than the {options.MostBytes} bytes that a file may have.", null);
            partial.Append(buffer.AsSpan(0, count));
            watch.Note(count);
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

    // Where a server sends elsewhere, that is followed as a browser does, but never away from http and https, nor from https to http.
    private async Task<HttpResponseMessage> SendAsync(Uri uri, long start, string? entityTag, CancellationToken cancellation)
    {
        var place = uri;
        for (var redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, place);
            if (start > 0)
            {
                request.Headers.Range = new RangeHeaderValue(start, null);
                if (entityTag is not null)
                    request.Headers.IfRange = new RangeConditionHeaderValue(entityTag);
            }

            var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
            if (response.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
                or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect))
                return response;
            using (response)
            {
                if (response.Headers.Location is not { } location || !Uri.TryCreate(place, location, out var next))
                    throw Failed(uri, $"The server answers {(int)response.StatusCode} and does not say where the file is.", null);
                if (next.Scheme != Uri.UriSchemeHttps && (next.Scheme != Uri.UriSchemeHttp || place.Scheme == Uri.UriSchemeHttps))
                    throw Failed(uri, $"The server sends to '{next.Scheme}:', which is not followed from {place.Scheme}:.", null);
                if (redirects == MostRedirects)
                    throw Failed(uri, $"The server sends elsewhere more than {MostRedirects} times.", null);
                place = next;
            }
        }
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
        || e is SlowServerException || (e is IOException && e.InnerException is System.Net.Sockets.SocketException);

    private static LoraBuildException Failed(Uri uri, string reason, Exception? cause) => new(
        DiagnosticCode.DownloadFailed,
        $"'{uri}' cannot be downloaded: {reason} What came is kept, and the next build goes on from there; or download it by hand and name "
        + "the file instead.",
        innerException: cause);
}
