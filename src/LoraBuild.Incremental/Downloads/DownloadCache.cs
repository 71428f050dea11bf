using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Base.Hashing;

namespace LoraBuild.Incremental.Downloads;

/// <summary>
/// Files from the network, each downloaded once for all projects and verified: <c>downloads/SHA-256/NAME</c> in the cache folder, what is
/// unfinished in <c>downloads/partial</c>. Builds that want the same file at once wait for one another.
/// </summary>
public sealed class DownloadCache
{
    private static readonly Lazy<HttpClient> SharedClient = new(() =>
    {
        var client = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(30), AllowAutoRedirect =
            false }) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("LoraBuild");
        return client;
    });

    private readonly string root;
    private readonly Func<string, ContentHash> hash;
    private readonly DownloadOptions options;

    /// <summary>Opens the cache in a folder, which need not exist.</summary>
    /// <param name="cachePath">The folder that builds share.</param>
    /// <param name="hash">Hashes a file that is there; null to read it each time. A build remembers the hashes of unchanged files.</param>
    /// <param name="options">Patience; null for the defaults.</param>
    public DownloadCache(string cachePath, Func<string, ContentHash>? hash = null, DownloadOptions? options = null)
    {
        root = Path.Combine(Path.GetFullPath(cachePath), "downloads");
        this.hash = hash ?? ContentHash.OfFile;
        this.options = options ?? new DownloadOptions();
    }

    /// <summary>The file with these bytes, where it was downloaded before and is still whole; null otherwise.</summary>
    public DownloadedFile? Find(Uri uri, ContentHash sha256)
    {
        var path = PathOf(uri, sha256);
        return File.Exists(path) && hash(path) == sha256 ? new DownloadedFile(path, sha256) : null;
    }

    /// <summary>The file behind a URI: the one that is here, else downloaded, going on from what an earlier attempt left.</summary>
    /// <param name="uri">http or https.</param>
    /// <param name="sha256">The SHA-256 that it must have; null where nobody knows yet, which always downloads.</param>
    /// <param name="progress">Told while bytes come.</param>
    /// <param name="cancellation">Ends the download; what came is kept.</param>
    /// <exception cref="LoraBuildException">LB6006: it cannot be downloaded. LB6007: the server has other bytes than
    /// <paramref name="sha256"/>. LB6001: the cache cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<DownloadedFile> FetchAsync(
        Uri uri, ContentHash? sha256, IProgress<DownloadProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (sha256 is { } known && Find(uri, known) is { } here)
            return here;
        using var partial = await PartialFile.OpenAsync(
            Path.Combine(root, "partial", ContentHash.Of(uri.AbsoluteUri).ToString()), cancellation).ConfigureAwait(false);
        if (sha256 is { } wanted && Find(uri, wanted) is { } fetchedMeanwhile)
            return fetchedMeanwhile;

        var transfer = new HttpTransfer(SharedClient.Value, options);
        var isResumed = await transfer.RunAsync(uri, partial, sha256 is not null, progress, cancellation).ConfigureAwait(false);
        var received = ContentHash.OfFile(partial.Path);
        if (isResumed && sha256 is not null && received != sha256)
        {
            // Its first part may be of an older file: whole, it may yet be right.
            partial.Restart(null);
            await transfer.RunAsync(uri, partial, canVerify: true, progress, cancellation).ConfigureAwait(false);
            received = ContentHash.OfFile(partial.Path);
        }

        if (sha256 is { } expected && received != expected)
        {
            partial.Restart(null);
            throw new LoraBuildException(
                DiagnosticCode.DownloadMismatch,
                $"'{uri}' has the SHA-256 {received}, not {expected}. Nothing of it is used. Correct the SHA-256 if the file was meant to "
                + "change, or find out who changed it.");
        }

        var target = PathOf(uri, received);
        partial.MoveTo(target);
        return new DownloadedFile(target, received);
    }

    private string PathOf(Uri uri, ContentHash sha256)
    {
        var name = Path.GetFileName(Uri.UnescapeDataString(uri.AbsolutePath));
        return Path.Combine(root, sha256.ToString(), InnerPath.NameFault(name) is null && name.All(IsPlain) ? name : "file");
    }

    private static bool IsPlain(char character) => char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '_';
}
