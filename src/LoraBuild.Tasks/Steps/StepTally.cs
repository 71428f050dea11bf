namespace LoraBuild.Tasks.Steps;

/// <summary>What a step did, for its one line in the log.</summary>
/// <param name="Total">How many items there are.</param>
/// <param name="Made">How many were processed.</param>
/// <param name="Restored">How many came from the store.</param>
/// <param name="Failed">How many could not be processed.</param>
internal sealed record StepTally(int Total, int Made, int Restored, int Failed = 0)
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
