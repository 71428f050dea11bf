using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Hashing;
using LoraBuild.Base.Threading;
using LoraBuild.Incremental.Caching;

namespace LoraBuild.Incremental.Steps;

/// <summary>
/// The one mechanism behind every step: a function from a key, the hash of all that a result follows from, to a result of a few files and
/// facts. A result that still lies in its place is left alone; one whose key the store knows is placed from there; only the rest is made,
/// and then stored.
/// </summary>
/// <param name="session">The build.</param>
/// <param name="step">The step's name, under which the store keeps the results.</param>
/// <param name="token">Ends the search for results.</param>
public sealed class MemoizedStep(BuildSession session, string step, CancellationToken token)
{
    /// <summary>True to put results into the store; others are known to the project's state alone.</summary>
    public bool IsStored { get; init; } = true;

    /// <summary>Brings every result up to date.</summary>
    /// <param name="outputs">The results wanted.</param>
    /// <param name="make">
    /// Makes the results it is given and calls the action, on any thread, with each that is done. Those that it leaves out have failed and
    /// were reported.
    /// </param>
    /// <exception cref="LoraBuildException">LB6001: a file, or the store, cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; results that were done are kept.</exception>
    public StepTally Run(IReadOnlyList<StepOutput> outputs, Action<IReadOnlyList<StepOutput>, Action<StepResult>> make)
    {
        var isInPlace = outputs.SelectInParallel(session.IsInPlace, token);
        var wanted = outputs.Where((_, i) => !isInPlace[i]).ToList();
        if (wanted.Count == 0)
            return new StepTally(outputs.Count, Made: 0, Restored: 0);
        var missing = IsStored ? Restore(wanted) : wanted;

        var made = 0;
        if (missing.Count > 0)
        {
            var byId = missing.ToDictionary(output => output.Id, StringComparer.Ordinal);
            make(missing, result =>
            {
                Keep(byId[result.Id], result);
                Interlocked.Increment(ref made);
            });
        }

        return new StepTally(outputs.Count, made, wanted.Count - missing.Count, missing.Count - made);
    }

    /// <summary>The same for a single result.</summary>
    /// <param name="output">The result wanted.</param>
    /// <param name="make">Makes it; null where it failed, which was reported.</param>
    /// <returns>True if the result is there.</returns>
    public bool Run(StepOutput output, Func<StepResult?> make) => Run([output], (_, finished) =>
    {
        if (make() is { } result)
            finished(result);
    }).Failed == 0;

    private List<StepOutput> Restore(List<StepOutput> wanted)
    {
        session.Store.Fetch([.. wanted.Select(output => output.Key)], token);
        var found = wanted.SelectInParallel(TryRestore, token);
        return [.. wanted.Where((_, i) => !found[i])];
    }

    private bool TryRestore(StepOutput output) =>
        session.Store.Find(output.Key) is { } result
        && (output.Files is null || result.Files.Count == output.Files.Count)
        && (!output.HasFacts || result.Facts.Count > 0)
        && TryPlace(output, result);

    private bool TryPlace(StepOutput output, StoredResult result)
    {
        for (var i = 0; i < result.Files.Count; i++)
        {
            var target = output.Files?[i] ?? Path.Combine(output.Folder!, result.Files[i].Name);
            if (!session.Store.TryPlace(result.Files[i], target, session.IsIntermediate(target)))
                return false;
            session.State.RecordOutput(target, output.Key, result.Files[i].Content);
        }

        if (result.Facts.Count > 0)
            session.State.RecordFacts(output.Key, result.Facts);
        return true;
    }

    private void Keep(StepOutput output, StepResult result)
    {
        var files = result.Files ?? [.. (output.Files ?? []).Select((path, i) => (NameOf(i), path))];
        if (IsStored)
        {
            var stored = session.Store.Add(output.Key, files, step, result.Facts, files.All(file => session.IsIntermediate(file.Path)));
            if (result.Files is not null)
            {
                if (!TryPlace(output, stored))
                    throw new LoraBuildException(DiagnosticCode.CannotRead, $"The result of {step} vanished from the cache. Build again.");
                return;
            }

            foreach (var (path, file) in files.Zip(stored.Files, (own, file) => (own.Path, file)))
                session.State.RecordOutput(path, output.Key, file.Content);
        }
        else
        {
            for (var i = 0; i < files.Count; i++)
            {
                if (result.Contents is { } contents)
                    session.State.RecordOutput(files[i].Path, output.Key, contents[i]);
                else
                    session.State.RecordOutput(files[i].Path, output.Key);
            }
        }

        if (result.Facts.Count > 0)
            session.State.RecordFacts(output.Key, result.Facts);
    }

    private static string NameOf(int place) => place == 0 ? "output" : $"output{place + 1}";
}

/// <summary>A result that a step is to have.</summary>
public sealed record StepOutput
{
    private StepOutput(string id, ContentHash key) => (Id, Key) = (id, key);

    /// <summary>A result of one file.</summary>
    /// <param name="id">The thing that it is made for: a picture's id.</param>
    /// <param name="target">Its absolute path.</param>
    /// <param name="key">The key that its content follows from.</param>
    public StepOutput(string id, string target, ContentHash key)
        : this(id, key) => Files = [target];

    /// <summary>The thing that it is made for: a picture's id.</summary>
    public string Id { get; }

    /// <summary>The key that files and facts follow from.</summary>
    public ContentHash Key { get; }

    /// <summary>The absolute paths of its files, in an order that is always the same; null where they are known when it is made.</summary>
    public IReadOnlyList<string>? Files { get; private init; }

    /// <summary>The folder of its files where they are only known when it is made.</summary>
    public string? Folder { get; private init; }

    /// <summary>True if facts belong to it.</summary>
    public bool HasFacts { get; init; }

    /// <summary>A result of several files.</summary>
    public static StepOutput Of(string id, ContentHash key, IReadOnlyList<string> files) => new(id, key) { Files = files };

    /// <summary>A result of files that are known, by name, when it is made.</summary>
    public static StepOutput In(string folder, string id, ContentHash key) => new(id, key) { Folder = folder };

    /// <summary>A result of facts alone.</summary>
    public static StepOutput OfFacts(string id, ContentHash key) => new(id, key) { Files = [], HasFacts = true };
}

/// <summary>A result that was made.</summary>
/// <param name="Id">The thing that it was made for.</param>
public sealed record StepResult(string Id)
{
    /// <summary>Its facts.</summary>
    public IReadOnlyDictionary<string, string> Facts { get; init; } = new Dictionary<string, string>();

    /// <summary>Names and paths of its files where they lie elsewhere than in their places; null: they lie there.</summary>
    public IReadOnlyList<(string Name, string Path)>? Files { get; init; }

    /// <summary>The hashes of its files where whoever made them knows them; null: they are read.</summary>
    public IReadOnlyList<ContentHash>? Contents { get; init; }
}

/// <summary>A step's work in numbers, for its one line in the log.</summary>
/// <param name="Total">The number of items.</param>
/// <param name="Made">Those that were processed.</param>
/// <param name="Restored">Those that came from the store.</param>
/// <param name="Failed">Those that could not be processed.</param>
public sealed record StepTally(int Total, int Made, int Restored, int Failed = 0)
{
    /// <summary>The step's line: <c>Tag: 3 of 812 pictures, 809 up to date</c>.</summary>
    public string Describe(string step, string items = "pictures")
    {
        var parts = new List<string> { $"{step}: {Made} of {Total} {items}" };
        if (Restored > 0)
            parts.Add($"{Restored} from the cache");
        if (Failed > 0)
            parts.Add($"{Failed} failed");
        if (Total - Made - Restored - Failed is > 0 and var upToDate)
            parts.Add($"{upToDate} up to date");
        return string.Join(", ", parts);
    }
}
