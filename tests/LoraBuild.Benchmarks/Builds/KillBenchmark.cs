using System.Globalization;
using LoraBuild.Builds;
using LoraBuild.Builds.Killing;

namespace LoraBuild.Benchmarks.Builds;

/// <summary>
/// Kills builds of the whole example, as it is shipped, at random moments, and compares what they end with: chains of builds, each from an
/// empty cache, in which one build after the other is killed and the last one finishes.
/// </summary>
internal sealed class KillBenchmark : IBenchmark
{
    private const int KillsPerChain = 10;

    public string Name => "kill";

    public string Summary => "kills builds of the example at so many random moments (50) and compares the bytes; arguments: moments, seed";

    public void Run(IReadOnlyList<string> arguments)
    {
        var wanted = arguments.Count > 0 ? int.Parse(arguments[0], CultureInfo.InvariantCulture) : 50;
        var seed = arguments.Count > 1 ? int.Parse(arguments[1], CultureInfo.InvariantCulture) : 1;
        using var undisturbed = new ExampleCopy();
        using var build = undisturbed.Start(BuildTimeline.Verbosity);
        if (build.Wait() is { Succeeded: false } failed)
            throw new InvalidOperationException($"The undisturbed build failed:\n{failed.Output}");
        var timeline = new BuildTimeline(build.Log);
        var expected = undisturbed.Outputs();
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"undisturbed: {build.Log[^1].At.TotalSeconds:0} s, {expected.Count} files"));

        var (hits, broken, chains, identical) = (0, 0, 0, 0);
        for (; hits < wanted; chains++)
        {
            using var project = new ExampleCopy();
            foreach (var kill in KillChain.Run(project, timeline, KillPlan.Moments(Math.Min(KillsPerChain, wanted - hits), seed + chains)))
            {
                hits += kill.IsHit ? 1 : 0;
                var problems = PublishedFiles.FindBroken(project);
                broken += problems.Count;
                Console.WriteLine($"{hits,3} {kill}");
                foreach (var problem in problems)
                    Console.WriteLine($"    half-written: {problem}");
            }

            var end = project.Build();
            var different = end.Succeeded ? Differences(expected, project.Outputs()) : [$"the build failed:\n{end.Output}"];
            identical += different.Count == 0 ? 1 : 0;
            Console.WriteLine(different.Count == 0
                ? $"chain {chains + 1} ends with the same {expected.Count} files, byte by byte"
                : $"chain {chains + 1} ends otherwise: {string.Join(", ", different)}");
        }

        Console.WriteLine(
            $"{hits} kills in {chains} chains: {identical} chains end with the bytes of an undisturbed build, {broken} files half-written");
    }

    private static List<string> Differences(IReadOnlyDictionary<string, string> expected, IReadOnlyDictionary<string, string> found) =>
        [.. expected.Keys.Union(found.Keys).Where(file => expected.GetValueOrDefault(file) != found.GetValueOrDefault(file))
            .Order(StringComparer.Ordinal)];
}
