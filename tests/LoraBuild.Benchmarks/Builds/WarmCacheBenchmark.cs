namespace LoraBuild.Benchmarks.Builds;

/// <summary>
/// A build without obj and bin, with the store kept: a fresh clone, or a CI job that restored its cache. The yardstick is writing the very
/// files that the build leaves, from memory and nothing else. TMPDIR names the folder to measure in.
/// </summary>
internal sealed class WarmCacheBenchmark : LargeProjectBenchmark
{
    private const string Build = "build", Files = "its files alone";

    /// <inheritdoc/>
    public override string Name => "warm-cache-10k";

    /// <inheritdoc/>
    protected override string Question => "a build without obj and bin, the store kept";

    /// <inheritdoc/>
    protected override void Measure(LargeProject project, int pictures, int rounds)
    {
        project.Build();
        var files = project.ReadOutputs();
        var medians = Compare(rounds, [(Files, _ => After(() => LargeProject.WriteOutputs(files))), (Build, _ => After(project.Build))]);
        Print(
            $"{pictures} pictures: {medians[Build]:0.0} s from the store (wanted: at most 6.0), {medians[Build] / medians[Files]:0.0} "
            + $"times what only writing its {files.Count} files takes");

        double After(Func<double> measured)
        {
            project.MoveOutputsAway();
            return measured();
        }
    }
}
