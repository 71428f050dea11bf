namespace LoraBuild.Benchmarks.Builds;

/// <summary>A build after obj and bin were deleted, with the store kept: a fresh clone, or a CI job that restored its cache.</summary>
internal sealed class WarmCacheBenchmark : LargeProjectBenchmark
{
    /// <inheritdoc/>
    public override string Name => "warm-cache-10k";

    /// <inheritdoc/>
    protected override string Question => "a build with obj and bin deleted and the store kept";

    /// <inheritdoc/>
    protected override void Measure(LargeProject project, int pictures, int rounds)
    {
        project.Build();
        var medians = Compare(rounds, [
            ("warm cache", _ =>
            {
                project.DeleteOutputs();
                return project.Build();
            }),
        ]);
        Print($"{pictures} pictures: {medians["warm cache"]:0.0} s from the store (wanted: at most 6.0)");
    }
}
