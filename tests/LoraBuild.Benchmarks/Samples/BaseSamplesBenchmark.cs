using System.Globalization;
using System.Reflection;
using System.Text.Json;
using LoraBuild.Core.Sampling;
using LoraBuild.Core.Tags;
using LoraBuild.Diffusion;
using LoraBuild.Diffusion.Samplers;
using LoraBuild.Imaging;
using LoraBuild.Imaging.Png;
using LoraBuild.Tagging;
using LoraBuild.Training.Previews;

namespace LoraBuild.Benchmarks.Samples;

/// <summary>
/// How much of 64 drawings' tags the tagger finds in what the example's base model draws from them, group by group. The program that trained
/// the miniature measured the same prompts by its own sampler and noise: 0.849 over the four groups of <see cref="CoreGroups"/>, 0.783 over all.
/// </summary>
internal sealed class BaseSamplesBenchmark : IBenchmark
{
    private const int Side = 128, Steps = 25, FirstSeed = 100, BatchSize = 16, Columns = 16;
    private const double Guidance = 5, ExpectedCore = 0.849, ExpectedAll = 0.783, Margin = 0.05;

    // What its tokenizer was trained to see: one chunk of CLIP's.
    private const int MaxTokens = 75;

    private static readonly string[] CoreGroups = ["hair colour", "eye colour", "clothes", "background"];

    /// <inheritdoc/>
    public string Name => "base-samples";

    /// <inheritdoc/>
    public string Summary => "the tagger's hit rate on the example's base model, by sampler, against the rate it was made with: [grid.png]";

    /// <inheritdoc/>
    public void Run(IReadOnlyList<string> arguments)
    {
        using var frozen = no_grad();
        var data = JsonSerializer.Deserialize<PromptData>(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Data", "base-prompts.json")), JsonSerializerOptions.Web)!;
        var example = Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == "Example").Value!;
        var models = Path.Combine(example, "models");
        using var model = StableDiffusion.Load(Path.Combine(models, "mini-sd"), ScalarType.Float32);
        using var tagger = WdTagger.Open(Path.Combine(models, "tagger", "model.onnx"), Path.Combine(models, "tagger", "selected_tags.csv"));
        var drawn = new List<Raster>();
        foreach (var sampler in Enum.GetValues<SamplerKind>())
        {
            // The expected rates are of DDIM; the others show by fewer pictures that they draw as well.
            var pictures = Draw(model, sampler == SamplerKind.Ddim ? data.Prompts : [.. data.Prompts.Take(Columns)], sampler);
            drawn.AddRange(pictures.Take(Columns));
            var seen = pictures.Select(picture => tagger.Labels.Select(tagger.Score(picture)).ToHashSet(Tag.Comparer)).ToList();
            var (core, all) = (Rate(data, seen, CoreGroups), Rate(data, seen, [.. data.Groups.Keys]));
            Print($"{SamplerNames.Shown(sampler),-16} {pictures.Count} pictures: core {core:0.000}, all {all:0.000}");
            if (sampler == SamplerKind.Ddim)
                Print($"  made with core {ExpectedCore}, all {ExpectedAll}: {(IsWithin(core, all) ? "within" : "NOT within")} {Margin * 100:0} points");
            Print($"  {string.Join(", ", data.Groups.Keys.Select(group => string.Create(CultureInfo.InvariantCulture, $"{group} {Rate(data, seen, [group]):0.00}")))}");
        }

        if (arguments.Count > 0)
            PngEncoder.Encode(Sheet(drawn), arguments[0]);
    }

    private static bool IsWithin(double core, double all) => Math.Abs(core - ExpectedCore) <= Margin && Math.Abs(all - ExpectedAll) <= Margin;

    private static List<Raster> Draw(StableDiffusion model, IReadOnlyList<string> prompts, SamplerKind sampler)
    {
        var painter = new TextToImage(model);
        var requests = prompts.Select((prompt, index) => new PictureRequest
        {
            Prompt = Shortened(model, prompt), Seed = FirstSeed + index, Width = Side, Height = Side, Steps = Steps, Guidance = Guidance, Sampler = sampler,
        });
        var pictures = new List<Raster>();
        foreach (var batch in requests.Chunk(BatchSize))
        {
            using var scope = NewDisposeScope();
            pictures.AddRange(PictureTensor.ToRasters(painter.Decode(painter.Sample(batch))));
        }

        return pictures;
    }

    private static string Shortened(StableDiffusion model, string prompt)
    {
        var tags = prompt.Split(", ");
        while (model.Tokenizer.CountWeighted(string.Join(", ", tags)) > MaxTokens)
            tags = tags[..^1];
        return string.Join(", ", tags);
    }

    private static double Rate(PromptData data, List<HashSet<string>> seen, IReadOnlyList<string> groups)
    {
        var wanted = groups.SelectMany(group => data.Groups[group]).ToHashSet(Tag.Comparer);
        var hits = data.Prompts.Take(seen.Count).SelectMany((prompt, index) => prompt.Split(", ").Where(wanted.Contains).Select(tag => seen[index].Contains(tag))).ToList();
        return hits.Average(hit => hit ? 1.0 : 0.0);
    }

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

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private sealed record PromptData(IReadOnlyList<string> Prompts, IReadOnlyDictionary<string, IReadOnlyList<string>> Groups);
}
