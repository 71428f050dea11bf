namespace LoraBuild.Tasks;

/// <summary>Ends a build that succeeded: from now on <see cref="CheckUpToDate"/> compares with what this one saw and made.</summary>
public sealed class RecordBuildState : LoraTask
{
    /// <inheritdoc/>
    protected override void Run() => Session.State.Save(Session.StateFile, Session.Identity);
}
