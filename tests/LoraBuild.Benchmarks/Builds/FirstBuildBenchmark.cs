namespace LoraBuild.Benchmarks.Builds;

/// <summary>A first build, with an empty store.</summary>
internal sealed class FirstBuildBenchmark : LargeProjectBenchmark
{
    /// <inheritdoc/>
    public override string Name => "first-build-10k";

    /// <inheritdoc/>
    protected override string Question => "a first build of tiny pictures with an empty store";

    /// <inheritdoc/>
    protected override void Measure(LargeProject project, int pictures, int rounds)
    {
        var medians = Compare(rounds, [("first build", _ => FirstBuild(project))]);
        Print($"{pictures} pictures: {pictures / medians["first build"]:0} pictures a second");
    }

    private static double FirstBuild(LargeProject project)
    {
        if (Directory.Exists(project.Cache))
        {
            project.DeleteOutputs();
            Directory.Delete(project.Cache, recursive: true);
        }

        return project.Build();
    }
}
