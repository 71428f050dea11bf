using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Threading.Channels;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Base.Hashing;
using LoraBuild.Incremental.Transfers;

namespace LoraBuild.Incremental.Caching;

/// <summary>
/// The second tier of a <see cref="ContentStore"/>: a server of Bazel's HTTP cache protocol, <c>GET</c> and <c>PUT</c> of
/// <c>ac/SHA-256</c> and <c>cas/SHA-256</c> below its address. It speeds builds up and never fails one: what goes wrong turns it off until
/// the build ends, with one warning. Nothing that it sends is believed: contents are verified by their SHA-256 here, results by the store.
/// Safe for use from several threads.
/// </summary>
public sealed class RemoteCache : IDisposable
{
    /// <summary>The number of requests that are under way at most, downloads and uploads each.</summary>
    public const int Transfers = 32;

    private const int Buffer = 1 << 16;
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PatienceOfFailure = TimeSpan.FromSeconds(2);

    private readonly Uri address;
    private readonly RemoteCacheOptions options;
    private readonly HttpClient client;
    private readonly CancellationTokenSource off = new();
    private readonly Channel<Func<Task>> uploads = Channel.CreateUnbounded<Func<Task>>();
    private readonly Lazy<Task> uploading;
    private Diagnostic? failure;
    private int hasFailed;

    /// <summary>A tier at an address; nothing is asked yet.</summary>
    public RemoteCache(Uri address, RemoteCacheOptions options)
    {
        this.address = address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");
        this.options = options;
        client = new HttpClient(new SocketsHttpHandler
        {
            ConnectTimeout = ConnectTimeout,
            MaxConnectionsPerServer = 2 * Transfers,
            MaxAutomaticRedirections = 10,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("LoraBuild");
        client.DefaultRequestHeaders.Authorization = options.Credentials.Header;
        uploading = new Lazy<Task>(() => Task.WhenAll(Enumerable.Range(0, Transfers).Select(_ => Task.Run(UploadAll))));
    }

    /// <summary>True once it is not asked any more.</summary>
    public bool IsOff => off.IsCancellationRequested;

    /// <summary>An address as a project names it.</summary>
    /// <exception cref="LoraBuildException">LB1008: it is no http or https URI, or holds a password.</exception>
    public static Uri ParseAddress(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            throw Invalid("is no http or https address.");
        // Not repeated in the message: it goes to logs.
        return address.UserInfo.Length == 0
            ? address
            : throw Invalid(
                "holds a user or a password, which would end in logs and in version control. Take it out, change the password, and set "
                + $"{RemoteCredentials.TokenVariable}, or {RemoteCredentials.UserVariable} and {RemoteCredentials.PasswordVariable}, in "
                + "the environment.");

        static LoraBuildException Invalid(string what) => new(DiagnosticCode.InvalidProperty, $"LoraRemoteCache {what}");
    }

    /// <summary>Takes the first failure, as a warning, the first time that it is asked for; null otherwise.</summary>
    public Diagnostic? TakeWarning() => Interlocked.Exchange(ref failure, null);

    /// <summary>The message below <c>ac/</c>; null where there is none.</summary>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async Task<byte[]?> ReadResultAsync(ContentHash key, CancellationToken token)
    {
        using var message = new MemoryStream();
        return await TryGetAsync("ac/" + key, ActionResultMessage.Largest, bytes => message.WriteAsync(bytes), token).ConfigureAwait(false)
            ? message.ToArray()
            : null;
    }

    /// <summary>Writes the bytes of a file below <c>cas/</c> into a file; false where they are missing or wrong.</summary>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    /// <exception cref="LoraBuildException">LB6001: the file cannot be written.</exception>
    public async Task<bool> TryReadContentAsync(StoredFile file, FileStream target, CancellationToken token)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var isWhole = await TryGetAsync("cas/" + file.Content, file.Length, Take, token).ConfigureAwait(false);
        return isWhole && target.Position == file.Length && new ContentHash(hash.GetCurrentHash()) == file.Content;

        async ValueTask Take(ReadOnlyMemory<byte> bytes)
        {
            hash.AppendData(bytes.Span);
            try
            {
                await target.WriteAsync(bytes, CancellationToken.None).ConfigureAwait(false);
            }
            catch (IOException e)
            {
                // A disk that is full is no failure of the server's.
                throw AtomicFile.CannotWrite(target.Name, e);
            }
        }
    }

    /// <summary>Uploads a result in the background, its files before it, so that nobody finds a result without them.</summary>
    /// <param name="message">The message for <c>ac/</c>.</param>
    /// <param name="key">Its key.</param>
    /// <param name="result">Its files.</param>
    /// <param name="open">Opens a file when its turn comes; null where it is gone.</param>
    public void BeginUpload(byte[] message, ContentHash key, StoredResult result, Func<StoredFile, Stream?> open)
    {
        if (options.ReadOnly || IsOff)
            return;
        _ = uploading.Value;
        uploads.Writer.TryWrite(async () =>
        {
            foreach (var file in result.Files)
            {
                if (open(file) is not { } content)
                    return;
                await PutAsync("cas/" + file.Content, content).ConfigureAwait(false);
            }

            await PutAsync("ac/" + key, new MemoryStream(message)).ConfigureAwait(false);
        });
    }

    /// <summary>Waits for the uploads to end, for a while; there can be no further ones.</summary>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public void Finish(CancellationToken token = default) => Finish(options.UploadPatience, token);

    /// <summary>
    /// Gives up what <see cref="Finish(CancellationToken)"/> did not wait for: a build that failed or was cancelled ends soon.
    /// </summary>
    public void Dispose()
    {
        Finish(PatienceOfFailure, CancellationToken.None);
        off.Cancel();
        client.Dispose();
    }

    private void Finish(TimeSpan patience, CancellationToken token)
    {
        uploads.Writer.TryComplete();
        if (uploading.IsValueCreated && !uploading.Value.Wait((int)patience.TotalMilliseconds, token))
            TurnOff($"Uploads were not done {patience.TotalSeconds:0} s after the build.");
    }

    private async Task UploadAll()
    {
        await foreach (var upload in uploads.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            if (!IsOff)
                await upload().ConfigureAwait(false);
        }
    }

    // False also where there are more bytes than there can be.
    private Task<bool> TryGetAsync(
        string path, long most, Func<ReadOnlyMemory<byte>, ValueTask> take, CancellationToken token) => TryAsync(path, token, async watch =>
    {
        using var response =
            await client.GetAsync(new Uri(address, path), HttpCompletionOption.ResponseHeadersRead, watch.Token).ConfigureAwait(false);
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
            return false;
        Check(response);
        using var body = await response.Content.ReadAsStreamAsync(watch.Token).ConfigureAwait(false);
        var buffer = new byte[Buffer];
        var received = 0L;
        while (await body.ReadAsync(buffer, watch.Token).ConfigureAwait(false) is > 0 and var count)
        {
            received += count;
            if (received > most)
                return false;
            await take(buffer.AsMemory(0, count)).ConfigureAwait(false);
            watch.Note(count);
        }

        return true;
    });

    private async Task PutAsync(string path, Stream bytes)
    {
        await using (bytes.ConfigureAwait(false))
        {
            await TryAsync(path, CancellationToken.None, async watch =>
            {
                using var content = new StreamContent(new WatchedStream(bytes, watch.Note), Buffer);
                content.Headers.ContentLength = bytes.Length;
                content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
                using var response = await client.PutAsync(new Uri(address, path), content, watch.Token).ConfigureAwait(false);
                Check(response);
                return true;
            }).ConfigureAwait(false);
        }
    }

    private async Task<bool> TryAsync(string path, CancellationToken token, Func<RateWatch, Task<bool>> request)
    {
        if (IsOff)
            return false;
        using var watch = new RateWatch(new TransferLimits(options.Silence, options.LeastRate, options.RequestTime), token, off.Token);
        try
        {
            return await request(watch).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            if (!IsOff)
                TurnOff($"It did not answer for {options.Silence.TotalSeconds:0.#} s ({path[..path.IndexOf('/')]}).");
            return false;
        }
        catch (Exception e) when (e is IOException || BadInput.IsCause(e))
        {
            TurnOff(e.Message);
            return false;
        }
    }

    private static void Check(HttpResponseMessage response)
    {
        if (!response.IsSuccessStatusCode)
            throw new HttpRequestException(
                $"It answers {response.RequestMessage!.Method} with {(int)response.StatusCode} {response.ReasonPhrase}.");
    }

    private void TurnOff(string reason)
    {
        if (Interlocked.Exchange(ref hasFailed, 1) != 0)
            return;
        failure = new Diagnostic(
            DiagnosticCode.RemoteCacheFailed,
            Severity.Warning,
            $"The remote cache {address} cannot be used: {reason.TrimEnd('.')}. This build goes on without it. Look at the server, or take "
            + "out LoraRemoteCache.");
        off.Cancel();
    }
}
