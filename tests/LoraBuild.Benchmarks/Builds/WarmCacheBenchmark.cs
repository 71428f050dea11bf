namespace LoraBuild.Benchmarks.Builds;

/// <summary>
/// A build without obj and bin, with the store kept: a fresh clone, or a CI job that restored its cache. Beside it one right after obj and bin
/// were deleted, where a file system may add its own: ext4 without a journal passes over each inode deleted in the last minutes, one by one, for
/// every new file. TMPDIR names the folder to measure in.
/// </summary>
internal sealed class WarmCacheBenchmark : LargeProjectBenchmark
{
    private const string Fresh = "fresh clone", Deleted = "just deleted";

    /// <inheritdoc/>
    public override string Name => "warm-cache-10k";

    /// <inheritdoc/>
    protected override string Question => "a build without obj and bin, the store kept";

    /// <inheritdoc/>
    protected override void Measure(LargeProject project, int pictures, int rounds)
    {
        project.Build();
        // The deletions come last: they would cost the other builds too.
        var fresh = Compare(rounds, [
            (Fresh, _ =>
            {
                project.MoveOutputsAway();
                return project.Build();
            }),
        ])[Fresh];
        var deleted = Compare(rounds, [
            (Deleted, _ =>
            {
                project.DeleteOutputs();
                return project.Build();
            }),
        ])[Deleted];
        Print($"{pictures} pictures: {fresh:0.0} s from the store (wanted: at most 6.0), {deleted:0.0} s right after the deletion");
    }
}
