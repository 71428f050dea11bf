using System.Globalization;
using System.Text.Json;
using LoraBuild.Base.Files;
using LoraBuild.Builds.Craft;

namespace LoraBuild.Benchmarks.Craft;

/// <summary>
/// Whether the article's rules hold: the example is trained with all of them and without each of them, from several seeds, and Evaluate
/// says what came of it. Results are kept by what they are of, so that an interrupted run goes on; each line of the table is of as many
/// seeds as it says.
/// </summary>
internal sealed class CraftBenchmark : IBenchmark
{
    private const int DefaultSeeds = 3, DefaultSteps = 60, DefaultSamples = 12;

    public string Name => "craft";

    public string Summary =>
        $"the article's rules, each left out, measured by Evaluate [folder for results] [seeds={DefaultSeeds}] [steps={DefaultSteps}] "
        + $"[samples={DefaultSamples}]";

    public void Run(IReadOnlyList<string> arguments)
    {
        var folder = Path.GetFullPath(arguments.Count > 0 ? arguments[0] : "craft");
        var seeds = Argument(1, DefaultSeeds);
        var steps = Argument(2, DefaultSteps);
        var samples = Argument(3, DefaultSamples);
        Directory.CreateDirectory(folder);
        // Seed by seed: a run that is stopped has said something of every variant.
        foreach (var seed in Enumerable.Range(1, seeds))
        {
            foreach (var variant in CraftVariant.All.Where(variant => Find(folder, variant, steps, samples, seed) is null))
            {
                var result = CraftProject.Measure(variant, steps, samples, seed, Path.Combine(folder, "project"));
                if (result is null)
                    return;
                AtomicFile.Write(FileOf(folder, variant, steps, samples, seed), stream => JsonSerializer.Serialize(stream, result));
                Console.Error.WriteLine($"{variant.Name}, seed {seed}: {result}");
            }
        }

        Print(folder, seeds, steps, samples);

        int Argument(int index, int usual) => arguments.Count > index ? int.Parse(arguments[index], CultureInfo.InvariantCulture) : usual;
    }

    private static void Print(string folder, int seeds, int steps, int samples)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{steps} steps, {samples} prompts a family; means over seeds, with the lowest and highest"));
        Console.WriteLine();
        Console.WriteLine("| | seeds | identity | obedience of the base's own | outfits | leakage above base |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var variant in CraftVariant.All)
        {
            var results =
                Enumerable.Range(1, seeds).Select(seed => Find(folder, variant, steps, samples, seed)).OfType<CraftResult>().ToList();
            Console.WriteLine(
                $"| {variant.Name} | {results.Count} | {Told(result => result.Identity)} | {Told(result => result.Obedience)} | "
                + $"{Told(result => result.Outfits)} | {Told(result => result.Leakage)} |");

            string Told(Func<CraftResult, double?> figure)
            {
                var figures = results.Select(figure).OfType<double>().ToList();
                return figures.Count == 0
                    ? ""
                    : string.Create(
                        CultureInfo.InvariantCulture, $"{figures.Average():0.00} ({figures.Min():0.00} to {figures.Max():0.00})");
            }
        }
    }

    private static CraftResult? Find(string folder, CraftVariant variant, int steps, int samples, int seed)
    {
        var file = FileOf(folder, variant, steps, samples, seed);
        return File.Exists(file) ? JsonSerializer.Deserialize<CraftResult>(File.ReadAllBytes(file)) : null;
    }

    private static string FileOf(string folder, CraftVariant variant, int steps, int samples, int seed) =>
        Path.Combine(folder, $"{variant.Key(steps, samples, seed)}.json");
}
