namespace LoraBuild.Benchmarks.Builds;

/// <summary>A build after one tag file was edited, against one with nothing to do.</summary>
internal sealed class OneEditBenchmark : LargeProjectBenchmark
{
    /// <inheritdoc/>
    public override string Name => "one-edit-10k";

    /// <inheritdoc/>
    protected override string Question => "a build after one tag file was edited, against one with nothing to do";

    /// <inheritdoc/>
    protected override void Measure(LargeProject project, int pictures, int rounds)
    {
        project.Build();
        var medians = Compare(rounds, [
            ("no-op", _ => project.Build()),
            ("one edit", round =>
            {
                project.EditOneTagFile(round);
                return project.Build();
            }),
        ]);
        Print(
            $"{pictures} pictures: one edit costs {medians["one edit"] - medians["no-op"]:0.00} s more than the no-op (wanted: at most "
            + "0.60)");
    }
}
