namespace LoraBuild.Benchmarks.Builds;

/// <summary>
/// A build without obj and bin, with the store kept: a fresh clone, or a CI job that restored its cache; and the same right after obj and bin
/// were deleted, when an ext4 without a journal makes new files in their place many times slower for some minutes, which a build evades by
/// making its folders elsewhere on the disk. The yardstick is writing the very files that the build leaves, from memory and nothing else, in the
/// same state of the file system or, as the build comes second, one with a deletion less. TMPDIR names the folder to measure in.
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
        // The deletions come last: they would cost the other builds too.
        Console.WriteLine("as a fresh clone");
        var fresh = Compare(rounds, Without(project.MoveOutputsAway));
        Console.WriteLine("right after obj and bin were deleted");
        var deleted = Compare(rounds, Without(project.DeleteOutputs));
        Print($"{pictures} pictures: {fresh[Build]:0.0} s from the store (wanted: at most 6.0), {fresh[Build] / fresh[Files]:0.0} times what only writing its {files.Count} files takes");
        Print($"right after the deletion {deleted[Build]:0.0} s (wanted: at most 6.0), {deleted[Build] / deleted[Files]:0.0} times what only writing them takes there");

        (string, Func<int, double>)[] Without(Action takeOutputs)
        {
            return [(Files, _ => After(() => LargeProject.WriteOutputs(files))), (Build, _ => After(project.Build))];

            double After(Func<double> measured)
            {
                takeOutputs();
                return measured();
            }
        }
    }
}
