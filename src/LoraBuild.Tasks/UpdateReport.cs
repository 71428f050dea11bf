namespace LoraBuild.Tasks;

/// <summary>ReportTraining: the page of <see cref="WriteReport"/> also shows the training that this build finished, if any.</summary>
public sealed class UpdateReport : LoraTask
{
    /// <inheritdoc/>
    protected override void Run()
    {
        if (Session.Report is { } report && report.HasTraining(Session))
            report.Write(this);
    }
}
