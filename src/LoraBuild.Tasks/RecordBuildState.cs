namespace LoraBuild.Tasks;

/// <summary>
/// Ends a build that succeeded: from now on <see cref="CheckUpToDate"/> compares with what this one saw and made. One that left work for the
/// next build is not recorded.
/// </summary>
public sealed class RecordBuildState : LoraTask
{
    /// <inheritdoc/>
    protected override void Run()
    {
        if (!Session.IsUnfinished)
            Session.State.Save(Session.StateFile, Session.Identity);
        Session.End();
    }
}
