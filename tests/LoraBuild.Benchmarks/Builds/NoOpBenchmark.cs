namespace LoraBuild.Benchmarks.Builds;

/// <summary>
/// A build with nothing to do, against one of an empty class library that is up to date, and make and ninja looking at as many files.
/// </summary>
internal sealed class NoOpBenchmark : LargeProjectBenchmark
{
    /// <inheritdoc/>
    public override string Name => "noop-10k";

    /// <inheritdoc/>
    protected override string Question =>
        "a build with nothing to do against an empty class library's; make and ninja (Debian's make, ninja-build) beside it";

    /// <inheritdoc/>
    protected override void Measure(LargeProject project, int pictures, int rounds)
    {
        project.Build();
        project.BuildLibrary();
        var checks = new FileChecks(project.Scratch, project.Files());
        var medians = Compare(rounds, [
            ("class library", _ => project.BuildLibrary()),
            ("no-op", _ => project.Build()),
            .. checks.Installed.Select(tool => (tool, (Func<int, double>)(_ => checks.Seconds(tool)))),
        ]);
        Print(
            $"{pictures} pictures, {project.Files().Count} files: no-op / class library {medians["no-op"] / medians["class library"]:0.00} "
            + "(wanted: at most 0.50)");
        foreach (var tool in checks.Installed)
            Print($"no-op / {tool} {medians["no-op"] / medians[tool]:0.0}");
    }
}
