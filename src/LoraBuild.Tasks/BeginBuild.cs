using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;

namespace LoraBuild.Tasks;

/// <summary>
/// Begins a build that has something to do: waits for another one of the same project, and removes what one that was killed left
/// unfinished. <see cref="RecordBuildState"/> ends it.
/// </summary>
public sealed class BeginBuild : LoraTask
{
    /// <summary>The ledgers that the steps will ask for.</summary>
    public string[] Ledgers { get; set; } = [];

    /// <inheritdoc/>
    protected override void Run()
    {
        TakeCache();
        Session.Begin(() => Say("Waiting for another build of this project to end"), CancellationToken);
        Session.ReadAhead(Ledgers);
        if (!Session.FollowsUnfinished)
            return;
        AtomicFile.RemoveUnfinished(IntermediateFolder);
        AtomicFile.RemoveUnfinished(OutputFolder);
    }

    // What is stored there becomes part of results, and its names can be known before: no place for the files of others.
    private void TakeCache()
    {
        try
        {
            SharedFolder.CreateOwn(CachePath);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Whoever stores something there says so.
        }

        if (SharedFolder.IsOpenToAll(CachePath))
        {
            throw new LoraBuildException(
                DiagnosticCode.UnsafeFolder,
                "Every user of this machine may write to the cache's folder. Name one of your own by LoraCachePath or LORABUILD_CACHE, or "
                + "mend its permissions (chmod o-w).",
                CachePath);
        }
    }
}
