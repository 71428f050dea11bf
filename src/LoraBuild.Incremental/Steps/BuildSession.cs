using System.IO.Enumeration;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Base.Hashing;
using LoraBuild.Incremental.Caching;

namespace LoraBuild.Incremental.Steps;

/// <summary>
/// One build of one project: the state of the last build and the store. From <see cref="Begin"/> to <see cref="End"/> no other build of the
/// project is at work.
/// </summary>
public class BuildSession : IDisposable
{
    private FileStamp? loaded;
    private FileLock? turn;

    /// <summary>A build that has not begun.</summary>
    /// <param name="intermediateFolder">The project's folder for intermediate files.</param>
    /// <param name="cachePath">The folder of the store.</param>
    public BuildSession(string intermediateFolder, string cachePath)
    {
        IntermediateFolder = intermediateFolder;
        StateFile = Path.Combine(intermediateFolder, "build.state");
        loaded = FileStamp.Of(StateFile);
        State = BuildState.Load(StateFile);
        Store = new ContentStore(cachePath);
    }

    /// <summary>The project's folder for intermediate files.</summary>
    public string IntermediateFolder { get; }

    /// <summary>The file of the state.</summary>
    public string StateFile { get; }

    private string LockFile => Path.Combine(IntermediateFolder, "build.lock");

    // Lies there from a build's begin to its good end.
    private string UnfinishedFile => Path.Combine(IntermediateFolder, "build.unfinished");

    /// <summary>True if the build before may have left files half-written: it was killed, or failed.</summary>
    public bool FollowsUnfinished { get; private set; }

    /// <summary>All that the last build saw, and that this one has seen so far.</summary>
    public BuildState State { get; }

    /// <summary>The results of earlier builds.</summary>
    public ContentStore Store { get; }

    /// <summary>The links among the author's files, once CheckSettings knows what the author allows.</summary>
    public ProjectLinks Links
    {
        get => field ?? throw new InvalidOperationException("CheckSettings has not run.");
        set;
    }

    /// <summary>The hash of all that this build depends on besides files.</summary>
    public ContentHash Identity { get; set; }

    /// <summary>True if a step left work for the next build, which must then find this one's result not up to date.</summary>
    public bool IsUnfinished { get; set; }

    /// <summary>True if a result still lies in its place as it was placed there. It counts even if the store has lost it.</summary>
    public bool IsInPlace(StepOutput output)
    {
        if (output.HasFacts && !State.HasFacts(output.Key))
            return false;
        if (output.Files is { } files)
            return files.All(file => State.FindOutput(file, output.Key) is not null);
        var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(output.Folder!));
        return State.FindOutputs(output.Key) is { Count: > 0 } outputs && outputs.All(path => Path.GetDirectoryName(path) == folder);
    }

    /// <summary>True if a path lies below the folder for intermediate files, which nobody edits.</summary>
    public bool IsIntermediate(string path) =>
        path.StartsWith(IntermediateFolder, StringComparison.Ordinal) && path.Length > IntermediateFolder.Length
        && path[IntermediateFolder.Length] == Path.DirectorySeparatorChar;

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

    /// <summary>
    /// To be called between a step and the publication of its result: what it read must be what the result's key is made of.
    /// </summary>
    /// <param name="path">A file that the step read.</param>
    /// <param name="known">The hash of it in the key.</param>
    /// <exception cref="LoraBuildException">LB6009: it was changed.</exception>
    public void EnsureUnchanged(string path, ContentHash known)
    {
        if (!IsUnchanged(path, known))
        {
            throw new LoraBuildException(
                DiagnosticCode.ChangedMeanwhile,
                "The file was changed while the build was at work on it, and nothing of it is used. Build again.", path);
        }
    }

    /// <summary>True if a file that a step read is still what the key of the step's result is made of.</summary>
    /// <param name="path">The file.</param>
    /// <param name="known">The hash of it in the key.</param>
    public bool IsUnchanged(string path, ContentHash known) => File.Exists(path) && State.HashAgain(path) == known;

    /// <summary>
    /// Saves all that this build saw as the last one's state. Its knowledge of the build before stays for its further targets.
    /// </summary>
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
        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// Deletes those files of a folder of the build's own that this build neither made nor kept, and folders that are empty then.
    /// </summary>
    /// <exception cref="LoraBuildException">LB6001: it cannot be deleted.</exception>
    public void Sweep(string folder) => Sweep(folder, State.IsSeen);

    /// <summary>The same for files that are not wanted.</summary>
    /// <exception cref="LoraBuildException">LB6001: it cannot be deleted.</exception>
    public static void Sweep(string folder, Func<string, bool> wanted)
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

    // Whether nothing is left in it.
    private static bool Delete(string folder, Func<string, bool> wanted)
    {
        var isEmpty = true;
        var entries = new FileSystemEnumerable<(string, bool)>(folder, (ref FileSystemEntry entry) =>
            (entry.ToFullPath(), entry.IsDirectory && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint)));
        foreach (var (path, isFolder) in entries.ToList())
        {
            if (isFolder && Delete(path, wanted))
                Directory.Delete(path);
            else if (!isFolder && !wanted(path))
                File.Delete(path);
            else
                isEmpty = false;
        }

        return isEmpty;
    }
}
