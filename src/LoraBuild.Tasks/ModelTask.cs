using System.Diagnostics;
using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Base.Hashing;
using LoraBuild.Incremental.Downloads;

namespace LoraBuild.Tasks;

/// <summary>
/// The base of tasks that use a model: it is a file, or a URI whose bytes are downloaded once into the cache, verified by a SHA-256 that
/// stands in the project or, from the first download on, in its <c>lora.lock.json</c>.
/// </summary>
public abstract class ModelTask : LoraTask
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(3);

    /// <summary>CLIP's vocabulary: a folder or merges.txt; null where it is looked for beside the checkpoint.</summary>
    protected string? Tokenizer => FullPathOf(nameof(Tokenizer));

    /// <summary>From where the published merges.txt is fetched when it is not beside the checkpoint either.</summary>
    protected string TokenizerUrl => Of(nameof(TokenizerUrl));

    // lora.lock.json beside the project, to which a build for continuous integration may not add.
    private string LockFile => Of(nameof(LockFile));

    private bool IsContinuousIntegration => bool.TryParse(Of("ContinuousIntegration"), out var isSet) && isSet;

    /// <summary>The model's file on this machine.</summary>
    /// <param name="fileOrUri">A path, or an http or https URI.</param>
    /// <param name="sha256">The SHA-256 that it must have: 64 hexadecimal digits, or nothing.</param>
    /// <param name="missingCode">The code for a file that does not exist.</param>
    /// <exception cref="LoraBuildException"><paramref name="missingCode"/>; LB1008 the SHA-256 is none; LB1013, LB1014, LB6001, LB6006,
    /// LB6007.</exception>
    protected internal string Fetch(string fileOrUri, string sha256, string missingCode)
    {
        var expected = sha256.Length == 0 ? (ContentHash?)null : ParseHash(sha256);
        if (WebAddress.Is(fileOrUri))
            return Fetch(new Uri(fileOrUri), expected);
        var path = Path.GetFullPath(fileOrUri);
        if (!File.Exists(path))
            throw new LoraBuildException(
                missingCode, $"The file '{path}' does not exist. Correct its path in the project, or put the model there.", path);
        if (expected is { } known && Session.State.HashInput(path) != known)
        {
            throw new LoraBuildException(
                DiagnosticCode.DownloadMismatch,
                $"The file has the SHA-256 {Session.State.HashInput(path)}, not {known}. Correct one of them.", path);
        }

        return path;
    }

    private string Fetch(Uri uri, ContentHash? expected)
    {
        var locks = Incremental.Downloads.LockFile.Read(LockFile);
        var known = expected ?? locks.Find(uri);
        if (known is null && IsContinuousIntegration)
        {
            throw new LoraBuildException(
                DiagnosticCode.LockFileChanged,
                $"'{uri}' has no SHA-256, neither in the project nor in {Incremental.Downloads.LockFile.Name}. Build once outside of CI "
                + $"and commit {Incremental.Downloads.LockFile.Name}.",
                LockFile);
        }

        var cache = new DownloadCache(CachePath, Session.State.HashInput);
        var file = cache.FetchAsync(uri, known, new Progress(this), CancellationToken).GetAwaiter().GetResult();
        if (known is null)
        {
            locks.Add(uri, file.Sha256);
            Report(new Diagnostic(
                DiagnosticCode.LockFileChanged, Severity.Warning,
                $"'{uri}' is locked to the SHA-256 {file.Sha256} from now on. Commit this file.", LockFile));
        }

        if (File.Exists(LockFile))
            Session.State.HashInput(LockFile);
        else
            Session.State.NoteAbsent(LockFile);
        return file.Path;
    }

    private static ContentHash ParseHash(string text)
    {
        try
        {
            return ContentHash.Parse(text.Trim().ToLowerInvariant());
        }
        catch (FormatException)
        {
            throw new LoraBuildException(DiagnosticCode.InvalidProperty, $"'{text}' is not a SHA-256: 64 hexadecimal digits.");
        }
    }

    /// <summary>Says every few seconds how far a download is.</summary>
    private sealed class Progress(ModelTask task) : IProgress<DownloadProgress>
    {
        private const double Megabyte = 1_000_000;

        private readonly Stopwatch since = Stopwatch.StartNew();
        private TimeSpan told = -ProgressInterval;

        public void Report(DownloadProgress value)
        {
            if (since.Elapsed - told < ProgressInterval)
                return;
            told = since.Elapsed;
            var total = value.Total is { } bytes ? string.Create(CultureInfo.InvariantCulture, $" of {bytes / Megabyte:0.0}") : "";
            task.Say(string.Create(CultureInfo.InvariantCulture, $"Download: {value.Received / Megabyte:0.0}{total} MB of {value.Uri}"));
        }
    }
}
