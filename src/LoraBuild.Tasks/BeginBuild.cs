using LoraBuild.Base.Files;
using Microsoft.Build.Framework;

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
        Session.Begin(() => Say("Waiting for another build of this project to end"), CancellationToken);
        Session.ReadAhead(Ledgers);
        if (!Session.FollowsUnfinished)
            return;
        AtomicFile.RemoveUnfinished(IntermediateFolder);
        AtomicFile.RemoveUnfinished(OutputFolder);
    }
}
