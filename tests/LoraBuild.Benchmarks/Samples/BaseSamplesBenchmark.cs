using System.Globalization;
using System.Text.Json;
using LoraBuild.Diffusion;
using LoraBuild.Builds;
using LoraBuild.Dataset.Tags;
using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.Imaging.Png;
using LoraBuild.Imaging.Rasters;
using LoraBuild.MiniWorld.Checks;
using LoraBuild.Settings.Sampling;
using LoraBuild.Tagging;

namespace LoraBuild.Benchmarks.Samples;

/// <summary>
/// How much of 64 drawings' tags the tagger finds in what the example's base model draws from them, group by group. The program that
/// trained the miniature measured the same prompts by its own sampler and noise: 0.849 over the four groups of <see cref="CoreGroups"/>,
/// 0.783 over all.
/// </summary>
internal sealed class BaseSamplesBenchmark : IBenchmark
{
    private const int Side = PromptSamples.Side, Columns = 16;
    private const double ExpectedCore = 0.849, ExpectedAll = 0.783, Margin = 0.05;

    private static readonly string[] CoreGroups = ["hair colour", "eye colour", "clothes", "background"];

    /// <inheritdoc/>
    public string Name => "base-samples";

    /// <inheritdoc/>
    public string Summary => "the tagger's hit rate on the example's base model, by sampler, against the rate it was made with: [grid.png]";

    /// <inheritdoc/>
    public void Run(IReadOnlyList<string> arguments)
    {
        using var frozen = no_grad();
        var data = JsonSerializer.Deserialize<PromptData>(
            File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Data", "base-prompts.json")), JsonSerializerOptions.Web)!;
        var models = Path.Combine(Repository.Example, "models");
        using var model = (StableDiffusionModel)ModelFamilies.Load(Path.Combine(models, "mini-sd"), ScalarType.Float32);
        using var tagger = Tagger.Open(Path.Combine(models, "tagger", "model.onnx"), Path.Combine(models, "tagger", "selected_tags.csv"));
        var drawn = new List<Raster>();
        foreach (var sampler in Enum.GetValues<SamplerKind>())
        {
            // The expected rates are of DDIM; the others show by fewer pictures that they draw as well.
            var pictures = PromptSamples.Draw(model, sampler == SamplerKind.Ddim ? data.Prompts : data.Prompts.Take(Columns), sampler);
            drawn.AddRange(pictures.Take(Columns));
            var seen = pictures.Select(picture => tagger.Labels.Select(tagger.Score(picture)).ToHashSet(Tag.Comparer)).ToList();
            var (core, all) = (Rate(data, seen, CoreGroups), Rate(data, seen, [.. data.Groups.Keys]));
            Print($"{SamplerNames.Shown(sampler),-16} {pictures.Count} pictures: core {core:0.000}, all {all:0.000}");
            if (sampler == SamplerKind.Ddim)
                Print(
                    $"  made with core {ExpectedCore}, all {ExpectedAll}: {(IsWithin(core, all) ? "within" : "NOT within")} "
                    + $"{Margin * 100:0} points");
            var rates = data.Groups.Keys.Select(
                group => string.Create(CultureInfo.InvariantCulture, $"{group} {Rate(data, seen, [group]):0.00}"));
            Print($"  {string.Join(", ", rates)}");
        }

        if (arguments.Count > 0)
            PngEncoder.Encode(Sheet(drawn), arguments[0]);
    }

    private static bool IsWithin(double core, double all) =>
        Math.Abs(core - ExpectedCore) <= Margin && Math.Abs(all - ExpectedAll) <= Margin;

    private static double Rate(PromptData data, List<HashSet<string>> seen, IEnumerable<string> groups) =>
        PromptSamples.Recall(data.Prompts.Select(prompt => prompt.Split(", ")), seen, groups.SelectMany(group => data.Groups[group]));

    private static Raster Sheet(List<Raster> pictures)
    {
        var sheet = new Raster(Columns * Side, (pictures.Count + Columns - 1) / Columns * Side);
        for (var i = 0; i < pictures.Count; i++)
        {
            for (var y = 0; y < Side; y++)
                pictures[i].Row(y).CopyTo(sheet.Row((i / Columns * Side) + y)[(i % Columns * Side * 4)..]);
        }

        return sheet;
    }

    private static void Print(string line) => Console.WriteLine(line);

    private sealed record PromptData(IReadOnlyList<string> Prompts, IReadOnlyDictionary<string, IReadOnlyList<string>> Groups);
}
