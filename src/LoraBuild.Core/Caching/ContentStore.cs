using System.Text.Json;
using LoraBuild.Core.Files;

namespace LoraBuild.Core.Caching;

/// <summary>
/// Results of steps by key, shared by projects, branches and builds that run at once. Two folders, as in the Bazel remote cache:
/// <c>ac/KEY</c> says which files a step made, <c>cas/HASH</c> holds a file's bytes. Everything is written by rename, so there is
/// nothing to lock; everything is verified as it is read, and what does not hold is deleted and counts as missing.
/// </summary>
public sealed class ContentStore
{
    private static readonly JsonSerializerOptions Strict = new() { RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true };

    private readonly string root;

    /// <summary>Opens the store in a folder, which need not exist.</summary>
    public ContentStore(string root) => this.root = Path.GetFullPath(root);

    /// <summary>What was stored for a key, or null. The files' bytes are only looked at by <see cref="TryPlace"/>.</summary>
    public StoredResult? Find(ContentHash key)
    {
        var path = ResultPath(key);
        try
        {
            return JsonSerializer.Deserialize<Entry>(File.ReadAllBytes(path), Strict)?.ToResult();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is JsonException or FormatException or IOException or UnauthorizedAccessException)
        {
            Forget(path);
            return null;
        }
    }

    /// <summary>Copies a stored file to its place. False where the store lacks it or holds it damaged; nothing is placed then.</summary>
    /// <exception cref="Diagnostics.LoraBuildException">LB6001: the target cannot be written.</exception>
    public bool TryPlace(StoredFile file, string target)
    {
        var source = ContentPath(file.Content);
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(source);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }

        if (bytes.LongLength != file.Length || ContentHash.Of(bytes) != file.Content)
        {
            Forget(source);
            return false;
        }

        AtomicFile.Write(target, stream => stream.Write(bytes));
        return true;
    }

    /// <summary>Stores what a step made.</summary>
    /// <param name="key">The step's key.</param>
    /// <param name="files">The result's files: name within the result, path on disk.</param>
    /// <returns>The result as <see cref="Find"/> will give it.</returns>
    /// <exception cref="Diagnostics.LoraBuildException">LB6001: the store cannot be written.</exception>
    public StoredResult Add(ContentHash key, IReadOnlyList<(string Name, string Path)> files)
    {
        var result = new StoredResult([.. files.Select(file => AddContent(file.Name, file.Path))]);
        AtomicFile.Write(ResultPath(key), stream => JsonSerializer.Serialize(stream, Entry.From(result)));
        return result;
    }

    private StoredFile AddContent(string name, string path)
    {
        var bytes = File.ReadAllBytes(path);
        var hash = ContentHash.Of(bytes);
        var target = ContentPath(hash);
        // What is there may have been damaged since: it is relied on as little as what is read.
        if (FileStamp.Of(target)?.Length != bytes.LongLength || ContentHash.OfFile(target) != hash)
            AtomicFile.Write(target, stream => stream.Write(bytes));
        return new StoredFile(name, hash, bytes.LongLength);
    }

    private string ResultPath(ContentHash key) => Path.Combine(root, "ac", key.ToString()[..2], key.ToString());

    private string ContentPath(ContentHash content) => Path.Combine(root, "cas", content.ToString()[..2], content.ToString());

    private static void Forget(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A damaged entry that cannot be deleted stays a miss.
        }
    }

    private sealed record Entry(IReadOnlyList<EntryFile> Files)
    {
        public static Entry From(StoredResult result) =>
            new([.. result.Files.Select(file => new EntryFile(file.Name, file.Content.ToString(), file.Length))]);

        public StoredResult ToResult() =>
            new([.. Files.Select(file => new StoredFile(file.Name, ContentHash.Parse(file.Sha256), file.Length))]);
    }

    private sealed record EntryFile(string Name, string Sha256, long Length);
}
