using System.Globalization;
using LoraBuild.Benchmarks.Measuring;

namespace LoraBuild.Benchmarks.Builds;

/// <summary>What the benchmarks of a project of 10,000 pictures share: its making, rounds by turns, medians.</summary>
internal abstract class LargeProjectBenchmark : IBenchmark
{
    private const int Pictures = 10_000;
    private const int Rounds = 5;

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public string Summary => $"{Question}: [pictures, {Pictures}] [rounds, {Rounds}]";

    /// <inheritdoc/>
    public void Run(IReadOnlyList<string> arguments)
    {
        var pictures = Number(0, Pictures);
        using var project = new LargeProject(pictures);
        Measure(project, pictures, Number(1, Rounds));

        int Number(int index, int usual) => arguments.Count > index ? int.Parse(arguments[index], CultureInfo.InvariantCulture) : usual;
    }

    /// <summary>What it measures, in one line.</summary>
    protected abstract string Question { get; }

    /// <summary>Measures and prints.</summary>
    protected abstract void Measure(LargeProject project, int pictures, int rounds);

    /// <summary>Runs candidates by turns, prints every time, and gives their medians in seconds.</summary>
    protected static IReadOnlyDictionary<string, double> Compare(int rounds, IReadOnlyList<(string Name, Func<int, double> Run)> candidates)
    {
        var times = candidates.ToDictionary(candidate => candidate.Name, _ => new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (name, run) in candidates)
                times[name].Add(run(round));
            Print(
                $"  round {round + 1}: {string.Join(", ", candidates.Select(candidate => Of(candidate.Name, times[candidate.Name][^1])))}");
        }

        var medians = times.ToDictionary(entry => entry.Key, entry => Contest.Median(entry.Value));
        Print($"median: {string.Join(", ", medians.Select(entry => Of(entry.Key, entry.Value)))}");
        return medians;
    }

    /// <summary>Prints a line whose numbers are written the same everywhere.</summary>
    protected static void Print(string line) => Console.WriteLine(line);

    private static string Of(string name, double seconds) => FormattableString.Invariant($"{name} {seconds:0.000} s");
}
