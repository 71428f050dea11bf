using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Base.Hashing;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Ledgers;
using LoraBuild.Incremental.Caching;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks.Steps;

/// <summary>
/// What the tasks of one build of one project share: the state of the last build and the store. From <see cref="Begin"/> to <see cref="End"/>
/// no other build of the project is at work; MSBuild disposes of it when the build ends otherwise.
/// </summary>
internal sealed class BuildSession : IDisposable
{
    private readonly Dictionary<string, TagLedger> ledgers = new(StringComparer.Ordinal);
    private FileStamp? loaded;
    private FileLock? turn;

    internal BuildSession(string intermediateFolder, string cachePath)
    {
        IntermediateFolder = intermediateFolder;
        StateFile = Path.Combine(intermediateFolder, "build.state");
        loaded = FileStamp.Of(StateFile);
        State = BuildState.Load(StateFile);
        Store = new ContentStore(cachePath);
    }

    /// <summary>The project's folder for intermediate files.</summary>
    public string IntermediateFolder { get; }

    /// <summary>Where the state is kept.</summary>
    public string StateFile { get; }

    private string LockFile => Path.Combine(IntermediateFolder, "build.lock");

    // Lies there from a build's begin to its good end.
    private string UnfinishedFile => Path.Combine(IntermediateFolder, "build.unfinished");

    /// <summary>Whether the build before may have left files half-written: it was killed, or failed.</summary>
    public bool FollowsUnfinished { get; private set; }

    /// <summary>What the last build saw, and what this one has seen so far.</summary>
    public BuildState State { get; }

    /// <summary>The results of earlier builds.</summary>
    public ContentStore Store { get; }

    /// <summary>The hash of what <see cref="CheckUpToDate"/> found this build to depend on besides files.</summary>
    public ContentHash Identity { get; set; }

    /// <summary>Whether a step left work for the next build, which must then find this one's result not up to date.</summary>
    public bool IsUnfinished { get; set; }

    /// <summary>The worker's engines, once asked for.</summary>
    public EngineVersions? Engines { get; set; }

    /// <summary>The project's characters, once <see cref="ResolveCharacters"/> has read them.</summary>
    public IReadOnlyList<Character> Characters
    {
        get => field ?? throw new InvalidOperationException("ResolveCharacters has not run.");
        set;
    }

    /// <summary>The session of this build, made by the first task that asks.</summary>
    public static BuildSession Of(IBuildEngine4 engine, string intermediateFolder, string cachePath)
    {
        var key = KeyOf(intermediateFolder);
        if (engine.GetRegisteredTaskObject(key, RegisteredTaskObjectLifetime.Build) is BuildSession session)
            return session;
        session = new BuildSession(intermediateFolder, cachePath);
        engine.RegisterTaskObject(key, session, RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
        return session;
    }

    /// <summary>Ends the session that an earlier build of the same run had in this folder, if any: the next task that asks begins another.</summary>
    public static void Forget(IBuildEngine4 engine, string intermediateFolder) =>
        (engine.UnregisterTaskObject(KeyOf(intermediateFolder), RegisteredTaskObjectLifetime.Build) as BuildSession)?.Dispose();

    private static object KeyOf(string intermediateFolder) => (typeof(BuildSession).FullName, intermediateFolder);

    /// <summary>A ledger of this build, read once however many steps look at it.</summary>
    public TagLedger ReadLedger(string path)
    {
        if (!ledgers.TryGetValue(path, out var ledger))
            ledgers[path] = ledger = TagLedger.Read(path);
        return ledger;
    }

    /// <summary>Writes a ledger and remembers it.</summary>
    /// <exception cref="LoraBuildException">LB6001: it cannot be written.</exception>
    public void WriteLedger(string path, TagLedger ledger)
    {
        ledger.Write(path);
        ledgers[path] = ledger;
    }

    /// <summary>
    /// Whether what was made under a key still lies in a folder as it was placed there. It counts even if the store has lost it.
    /// </summary>
    public bool IsInPlace(string folder, ContentHash key)
    {
        folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        return State.FindOutputs(key) is { Count: > 0 } outputs && outputs.All(path => Path.GetDirectoryName(path) == folder);
    }

    /// <summary>Copies the files of a result from the store into a folder; false where the store no longer has them all.</summary>
    public bool TryPlace(StoredResult result, string folder, ContentHash key)
    {
        foreach (var file in result.Files)
        {
            var target = Path.Combine(folder, file.Name);
            if (!Store.TryPlace(file, target))
                return false;
            State.RecordOutput(target, key, file.Content);
        }

        return true;
    }

    /// <summary>Waits until no other build of this project is at work, and takes its result as the last one.</summary>
    /// <param name="waiting">Called once, where there is something to wait for.</param>
    /// <param name="token">Ends the waiting.</param>
    /// <exception cref="LoraBuildException">LB6001: the folder for intermediate files cannot be written.</exception>
    public void Begin(Action waiting, CancellationToken token)
    {
        if (turn is not null)
            return;
        turn = FileLock.TakeAsync(LockFile, waiting, token).GetAwaiter().GetResult();
        if (FileStamp.Of(StateFile) != loaded)
            State.Reload(StateFile);
        FollowsUnfinished = !File.Exists(StateFile) || File.Exists(UnfinishedFile);
        AtomicFile.Write(UnfinishedFile, _ => { });
    }

    /// <summary>To be called between a step and the publication of its result: what it read must be what the result's key is made of.</summary>
    /// <param name="path">A file that the step read.</param>
    /// <param name="known">The hash of it in the key.</param>
    /// <exception cref="LoraBuildException">LB6009: it was changed.</exception>
    public void EnsureUnchanged(string path, ContentHash known)
    {
        if (!File.Exists(path) || State.HashInput(path) != known)
        {
            throw new LoraBuildException(
                DiagnosticCode.ChangedMeanwhile, "The file was changed while the build was at work on it, and nothing of it is used. Build again.", path);
        }
    }

    /// <summary>Saves what this build saw as the last one's state. What it knows of the build before stays known to its further targets.</summary>
    /// <exception cref="LoraBuildException">LB6001: it cannot be written.</exception>
    public void Save()
    {
        State.Save(StateFile, Identity);
        File.Delete(UnfinishedFile);
        loaded = FileStamp.Of(StateFile);
    }

    /// <summary>Lets the next build of this project begin.</summary>
    public void End()
    {
        turn?.Dispose();
        turn = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        End();
        Store.Dispose();
    }

    /// <summary>Deletes what earlier builds left in a folder of the build's own and this one did not want, and folders that are empty then.</summary>
    /// <exception cref="LoraBuildException">LB6001: it cannot be deleted.</exception>
    public void Sweep(string folder, Func<string, bool> wanted)
    {
        if (!Directory.Exists(folder))
            return;
        try
        {
            Delete(folder, wanted);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw AtomicFile.CannotWrite(folder, e);
        }
    }

    private static void Delete(string folder, Func<string, bool> wanted)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => !wanted(file)).ToList())
            File.Delete(file);
        foreach (var sub in Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories).OrderDescending(StringComparer.Ordinal).ToList())
        {
            if (!Directory.EnumerateFileSystemEntries(sub).Any())
                Directory.Delete(sub);
        }
    }
}
