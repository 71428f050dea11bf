using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Base.Hashing;
using LoraBuild.Incremental.Caching.Remote;

namespace LoraBuild.Incremental.Caching;

/// <summary>
/// Results of steps by key, shared by projects, branches and builds that run at once. Two folders, as in the Bazel remote cache:
/// <c>ac/KEY</c> says which files a step made, <c>cas/HASH</c> holds a file's bytes. Everything is written by rename, so there is
/// nothing to lock; everything is verified as it is read, and what does not hold is deleted and counts as missing. A file's modification
/// time is when it was last used. Safe for use from several threads.
/// </summary>
public sealed class ContentStore : IDisposable
{
    private readonly string root;
    private readonly Lazy<StoreUse?> use;
    private long added;

    /// <summary>Opens the store in a folder, which need not exist.</summary>
    public ContentStore(string root)
    {
        this.root = Path.GetFullPath(root);
        use = new Lazy<StoreUse?>(() => StoreUse.Begin(this.root));
    }

    /// <summary>A second tier, which <see cref="Fetch"/> asks for what this store lacks and which gets what is added; or null.</summary>
    public RemoteCache? Remote { get; set; }

    /// <summary>What was stored for a key, or null. The files' bytes are only looked at by <see cref="TryPlace"/>.</summary>
    public StoredResult? Find(ContentHash key)
    {
        _ = use.Value;
        var path = ResultPath(key);
        // Most often there is none, and the first exception of a process takes it longer than all else here.
        if (!File.Exists(path))
            return null;
        try
        {
            if (ActionResultMessage.Read(key, File.ReadAllBytes(path)) is { } result)
            {
                TryTouch(path);
                return result;
            }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What cannot be read counts as missing.
        }

        Discarded.Delete(path);
        return null;
    }

    /// <summary>Copies a stored file to its place. False where the store lacks it or holds it damaged; nothing is placed then.</summary>
    /// <exception cref="LoraBuildException">LB6001: the target cannot be written.</exception>
    public bool TryPlace(StoredFile file, string target)
    {
        if (Read(file) is not { } bytes)
            return false;
        AtomicFile.Write(target, stream => stream.Write(bytes));
        return true;
    }

    /// <summary>Stores what a step made, here and, in the background, in the second tier.</summary>
    /// <param name="key">The step's key.</param>
    /// <param name="files">The result's files: name within the result, path on disk.</param>
    /// <param name="step">The step's name.</param>
    /// <returns>The result as <see cref="Find"/> will give it.</returns>
    /// <exception cref="LoraBuildException">LB6001: the store cannot be written.</exception>
    public StoredResult Add(ContentHash key, IReadOnlyList<(string Name, string Path)> files, string step = "") =>
        Add(key, [.. files.Select(file => (file.Name, File.ReadAllBytes(file.Path)))], step);

    /// <summary>Stores what a step made, from memory.</summary>
    /// <param name="key">The step's key.</param>
    /// <param name="files">The result's files: name within the result, content.</param>
    /// <param name="step">The step's name.</param>
    /// <returns>The result as <see cref="Find"/> will give it.</returns>
    /// <exception cref="LoraBuildException">LB6001: the store cannot be written.</exception>
    public StoredResult Add(ContentHash key, IReadOnlyList<(string Name, byte[] Content)> files, string step)
    {
        _ = use.Value;
        var result = new StoredResult([.. files.Select(file => AddContent(file.Name, file.Content))], step);
        AddResult(key, result);
        Remote?.BeginUpload(ActionResultMessage.Write(key, result), key, result, Read);
        return result;
    }

    /// <summary>Brings from the second tier what it has of results that this store lacks, many at a time.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="LoraBuildException">LB6001: the store cannot be written.</exception>
    public void Fetch(IReadOnlyList<ContentHash> keys, CancellationToken token = default)
    {
        if (Remote is not { IsOff: false } remote)
            return;
        _ = use.Value;
        var missing = keys.Where(key => !File.Exists(ResultPath(key)));
        Parallel.ForEachAsync(missing, new ParallelOptions { MaxDegreeOfParallelism = RemoteCache.Transfers, CancellationToken = token }, FetchOne).GetAwaiter().GetResult();

        async ValueTask FetchOne(ContentHash key, CancellationToken stop)
        {
            if (await remote.ReadResultAsync(key, stop).ConfigureAwait(false) is not { } message || ActionResultMessage.Read(key, message) is not { } result)
                return;
            foreach (var file in result.Files)
            {
                if (File.Exists(ContentPath(file.Content)))
                    continue;
                if (await remote.ReadContentAsync(file, stop).ConfigureAwait(false) is not { } bytes)
                    return;
                AddContent(file.Name, bytes);
            }

            AddResult(key, result);
        }
    }

    /// <summary>
    /// Where the store has outgrown its bound, deletes what was used least recently until it fits, and some more, so that the next build
    /// need not prune again. What builds use that run at the moment stays.
    /// </summary>
    /// <param name="maxBytes">The bound on <c>ac/</c> and <c>cas/</c> together.</param>
    /// <param name="exactly">Whether to count all files even if nothing was added or, by what is remembered, the store fits.</param>
    /// <returns>How many files and bytes were deleted.</returns>
    /// <exception cref="LoraBuildException">LB6001: the store cannot be written.</exception>
    public (int Files, long Bytes) Prune(long maxBytes, bool exactly = false)
    {
        var sinceLast = Interlocked.Exchange(ref added, 0);
        var known = new StoreSize(root);
        if (!exactly && (sinceLast == 0 || known.Add(sinceLast) <= maxBytes))
            return default;
        var (files, bytes, left) = StorePruner.Prune(root, maxBytes, StoreUse.OldestIn(root, use.IsValueCreated ? use.Value : null));
        known.Set(left);
        return (files, bytes);
    }

    /// <summary>Counts what the store holds.</summary>
    public StoreSummary Summarize() => StoreSummary.Of(root);

    /// <inheritdoc/>
    public void Dispose()
    {
        Remote?.Dispose();
        Remember();
        if (use.IsValueCreated)
            use.Value?.Dispose();
    }

    // What nobody has pruned after is still counted: the worker adds to the store and leaves its bound to the build.
    private void Remember()
    {
        try
        {
            if (Interlocked.Exchange(ref added, 0) is > 0 and var bytes)
                new StoreSize(root).Add(bytes);
        }
        catch (LoraBuildException)
        {
            // The next build counts.
        }
    }

    private byte[]? Read(StoredFile file)
    {
        var source = ContentPath(file.Content);
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(source);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        if (bytes.LongLength == file.Length && ContentHash.Of(bytes) == file.Content)
        {
            TryTouch(source);
            return bytes;
        }

        Discarded.Delete(source);
        return null;
    }

    private StoredFile AddContent(string name, byte[] bytes)
    {
        var hash = ContentHash.Of(bytes);
        var target = ContentPath(hash);
        // What is there may have been damaged since: it is relied on as little as what is read. Once touched, no other build prunes it.
        if (FileStamp.Of(target)?.Length != bytes.LongLength || ContentHash.OfFile(target) != hash || !TryTouch(target))
            Write(target, bytes);
        return new StoredFile(name, hash, bytes.LongLength);
    }

    private void AddResult(ContentHash key, StoredResult result) => Write(ResultPath(key), ActionResultMessage.Write(key, result));

    private void Write(string path, byte[] bytes)
    {
        AtomicFile.Write(path, stream => stream.Write(bytes));
        Interlocked.Add(ref added, bytes.LongLength);
    }

    private static bool TryTouch(string path)
    {
        try
        {
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private string ResultPath(ContentHash key) => PathIn("ac", key.ToString());

    private string ContentPath(ContentHash content) => PathIn("cas", content.ToString());

    private string PathIn(string part, string name) => Path.Combine(root, part, name[..2], name);
}
