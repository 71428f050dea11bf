using System.Text.Encodings.Web;
using System.Text.Json;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Base.Hashing;

namespace LoraBuild.Incremental.Downloads;

/// <summary>
/// <c>lora.lock.json</c> beside a project: the SHA-256 of every file that was downloaded without one in the project, so that every later
/// download, on any machine, brings the same bytes. It belongs under version control.
/// </summary>
public sealed class LockFile
{
    /// <summary>Its name.</summary>
    public const string Name = "lora.lock.json";

    private const int FormatVersion = 1;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    private readonly SortedDictionary<string, ContentHash> files = new(StringComparer.Ordinal);

    private LockFile(string path) => FilePath = path;

    /// <summary>The path of the lock file.</summary>
    public string FilePath { get; }

    /// <summary>Reads a lock file; one that does not exist is empty.</summary>
    /// <exception cref="LoraBuildException">LB1013, with the line where there is one: it is malformed. LB6004: it cannot be
    /// read.</exception>
    public static LockFile Read(string path)
    {
        var file = new LockFile(path);
        if (!File.Exists(path))
            return file;
        try
        {
            var content = JsonSerializer.Deserialize<Content>(Utf8Text.Read(path, DiagnosticCode.LockFileInvalid), Json)
                ?? throw new JsonException("It is empty.");
            if (content.Version != FormatVersion)
                throw new JsonException($"Its version is {content.Version}; this LoraBuild reads version {FormatVersion}.");
            foreach (var (uri, hash) in content.Files)
                file.files.Add(uri, ContentHash.Parse(hash));
            return file;
        }
        catch (Exception e) when (BadInput.IsCause(e))
        {
            throw new LoraBuildException(
                DiagnosticCode.LockFileInvalid,
                $"The file is malformed: {e.Message} Take it from version control again, or delete it to lock what the next build "
                + "downloads.",
                path,
                (int)((e as JsonException)?.LineNumber + 1 ?? 0),
                innerException: e);
        }
    }

    /// <summary>The SHA-256 that a URI is locked to, or null.</summary>
    public ContentHash? Find(Uri uri) => files.TryGetValue(uri.AbsoluteUri, out var hash) ? hash : null;

    /// <summary>Locks a URI and writes the file.</summary>
    /// <exception cref="LoraBuildException">LB6001: it cannot be written.</exception>
    public void Add(Uri uri, ContentHash sha256)
    {
        files[uri.AbsoluteUri] = sha256;
        var content = new Content(FormatVersion, files.ToDictionary(file => file.Key, file => file.Value.ToString()));
        AtomicFile.WriteText(FilePath, JsonSerializer.Serialize(content, Json) + "\n");
    }

    private sealed record Content(int Version, IReadOnlyDictionary<string, string> Files);
}
