using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Base.Hashing;

namespace LoraBuild.Incremental.Caching;

/// <summary>
/// Results of steps by key, shared by projects, branches and builds that run at once. Two folders, as in the Bazel remote cache:
/// <c>ac/KEY</c> says which files a step made, <c>cas/HASH</c> holds a file's bytes. Everything is written by rename, so there is
/// nothing to lock; everything is verified as it is read, and what does not hold is deleted and counts as missing. The modification time of
/// <c>ac/KEY</c> is the time of its last use; <c>cas/HASH</c>, which may be a hard link of files in projects, is never touched. Safe for
/// use from several threads.
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

    /// <summary>
    /// Finds the result that is stored for a key, or null. The files' bytes are only looked at by <see cref="TryPlace"/>.
    /// </summary>
    public StoredResult? Find(ContentHash key)
    {
        _ = use.Value;
        var path = ResultPath(key);
        // Most often there is none, and the first exception of a process takes it longer than all else here.
        if (!File.Exists(path))
            return null;
        try
        {
            if (ActionResultMessage.ReadFile(key, path) is { } result)
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

    /// <summary>Puts a stored file in its place. False where the store lacks it or holds it damaged; nothing is placed then.</summary>
    /// <param name="file">The file.</param>
    /// <param name="target">Its place.</param>
    /// <param name="isShared">True if nobody edits it there, so that it may be a hard link: see <see cref="FileCopy.Share"/>.</param>
    /// <exception cref="LoraBuildException">LB6001: the target cannot be written.</exception>
    public bool TryPlace(StoredFile file, string target, bool isShared = false)
    {
        if (!Holds(file))
            return false;
        try
        {
            Copy(ContentPath(file.Content), target, isShared);
            return true;
        }
        catch (FileNotFoundException)
        {
            // Pruned in this moment.
            return false;
        }
    }

    /// <summary>Stores a step's result, here and, in the background, in the second tier.</summary>
    /// <param name="key">The step's key.</param>
    /// <param name="files">The result's files: name within the result, path on disk.</param>
    /// <param name="step">The step's name.</param>
    /// <param name="facts">The result's facts; null for none.</param>
    /// <param name="areShared">True if nobody edits the files in their places: see <see cref="FileCopy.Share"/>.</param>
    /// <returns>The result as <see cref="Find"/> will give it.</returns>
    /// <exception cref="LoraBuildException">LB6001: the store cannot be written.</exception>
    public StoredResult Add(
        ContentHash key,
        IReadOnlyList<(string Name, string Path)> files,
        string step = "",
        IReadOnlyDictionary<string, string>? facts = null,
        bool areShared = false)
    {
        _ = use.Value;
        var result = new StoredResult(
            [.. files.Select(file => AddContent(file.Name, file.Path, areShared))], step, facts ?? new Dictionary<string, string>());
        AddResult(key, result);
        Remote?.BeginUpload(
            ActionResultMessage.Write(key, result), key, result, file => Holds(file) ? File.OpenRead(ContentPath(file.Content)) : null);
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
        Parallel.ForEachAsync(
            missing, new ParallelOptions { MaxDegreeOfParallelism = RemoteCache.Transfers, CancellationToken = token }, FetchOne)
                .GetAwaiter().GetResult();

        async ValueTask FetchOne(ContentHash key, CancellationToken stop)
        {
            if (await remote.ReadResultAsync(key, stop).ConfigureAwait(false) is not { } message
                || ActionResultMessage.Read(key, message) is not { } result)
                return;
            foreach (var file in result.Files)
            {
                if (File.Exists(ContentPath(file.Content)))
                    continue;
                if (!await FetchContent(remote, file, stop).ConfigureAwait(false))
                    return;
            }

            AddResult(key, result);
        }
    }

    /// <summary>
    /// Deletes what was used least recently, if the store has outgrown its bound, until it fits. It deletes some more, so that the next
    /// build need not prune again. What builds use that run at the moment stays.
    /// </summary>
    /// <param name="maxBytes">The bound on <c>ac/</c> and <c>cas/</c> together.</param>
    /// <param name="exactly">True to count all files even if nothing was added or, by what is remembered, the store fits.</param>
    /// <returns>The numbers of deleted files and bytes.</returns>
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

    // Whether the store has a file with the bytes that it should have; one with others is deleted.
    private bool Holds(StoredFile file)
    {
        var source = ContentPath(file.Content);
        try
        {
            if (FileStamp.Of(source) is not { } stamp)
                return false;
            if (stamp.Length == file.Length && ContentHash.OfFile(source) == file.Content)
                return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }

        Discarded.Delete(source);
        return false;
    }

    private StoredFile AddContent(string name, string path, bool isShared)
    {
        var file = new StoredFile(name, ContentHash.OfFile(path), new FileInfo(path).Length);
        // A file that is there may have been damaged since: it is relied on as little as one that is read.
        if (!Holds(file))
        {
            Copy(path, ContentPath(file.Content), isShared);
            Interlocked.Add(ref added, file.Length);
        }

        return file;
    }

    private async Task<bool> FetchContent(RemoteCache remote, StoredFile file, CancellationToken token)
    {
        var target = ContentPath(file.Content);
        var temporary = AtomicFile.TemporaryBeside(target);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
#pragma warning disable RS0030 // Downloaded under a name of its own, and renamed when it is whole.
            var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.Delete);
            await using (stream.ConfigureAwait(false))
            {
                if (!await remote.TryReadContentAsync(file, stream, token).ConfigureAwait(false))
                    return false;
                await stream.FlushAsync(token).ConfigureAwait(false);
                File.Move(temporary, target, overwrite: true);
            }
#pragma warning restore RS0030

            Interlocked.Add(ref added, file.Length);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.CannotWrite(target, e);
        }
        finally
        {
            Discarded.Delete(temporary);
        }
    }

    private static void Copy(string source, string target, bool isShared)
    {
        if (isShared)
            FileCopy.Share(source, target);
        else
            FileCopy.Copy(source, target);
    }

    private void AddResult(ContentHash key, StoredResult result)
    {
        var message = ActionResultMessage.Write(key, result);
        AtomicFile.Write(ResultPath(key), stream => stream.Write(message));
        Interlocked.Add(ref added, message.LongLength);
    }

    private static void TryTouch(string path)
    {
        try
        {
#pragma warning disable RS0030 // What was used last is pruned last; no result depends on it.
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
#pragma warning restore RS0030
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It may be pruned earlier than others.
        }
    }

    private string ResultPath(ContentHash key) => PathIn("ac", key.ToString());

    private string ContentPath(ContentHash content) => PathIn("cas", content.ToString());

    private string PathIn(string part, string name) => Path.Combine(root, part, name[..2], name);
}
