using System.Text.Json;
using LoraBuild.Diffusion;
using LoraBuild.Base.Files;
using LoraBuild.Imaging.Rasters;
using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.MiniWorld.Drawing;
using LoraBuild.MiniWorld.Training;
using LoraBuild.Tagging;
using LoraBuild.Training.Previews;
using SkiaSharp;

namespace LoraBuild.MiniWorld.Checks;

/// <summary>Measures a world on drawings that nothing has learnt from, and draws samples to look at.</summary>
internal static class WorldCheck
{
    private const float Threshold = 0.4f;
    private const int TaggedDrawings = 1000, LeastCount = 5, ReconstructedDrawings = 96, Prompts = 64, AtOnce = 16;
    private const long TaggerSeed = 90_000_000, VaeSeed = 70_000_000, PromptSeed = 4242;

    private static readonly string[] Core = ["hair colour", "eye colour", "clothes", "background"];

    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    // What a prompt asks for, by kind.
    private static readonly Dictionary<string, string[]> Kinds = new()
    {
        ["hair colour"] = [.. Palette.Hair.Keys.Select(colour => $"{colour}_hair")],
        ["eye colour"] = [.. Palette.Eyes.Keys.Select(colour => $"{colour}_eyes")],
        ["hair length"] = ["short_hair", "long_hair", "very_long_hair"],
        ["hair style"] = ["twintails", "ponytail", "ahoge", "blunt_bangs", "hair_between_eyes"],
        ["ears"] = [.. Palette.Ears.Select(kind => $"{kind}_ears")],
        ["clothes"] = [.. new[] { "shirt", "sweater", "dress", "skirt", "pants", "shorts", "coat" }.SelectMany(Coloured)],
        ["background"] = [.. Palette.Background.Keys.Select(colour => $"{colour}_background"), "outdoors", "indoors"],
        ["expression"] = ["open_mouth", "closed_mouth", "closed_eyes", "blush"],
        ["pose"] = ["arms_up", "waving", "hand_on_own_hip", "holding_cup", "holding_book", "arms_at_sides"],
        ["framing"] = ["full_body", "upper_body", "portrait"],
        ["small parts"] =
        [
            .. new[] { "necktie", "vest", "choker", "gloves" }.SelectMany(Coloured), "belt", "beret", "straw_hat", "black_pantyhose",
            "boots", "shoes",
        ],
    };

    /// <summary>Measures a world and writes <c>check.json</c> and <c>samples.png</c> beside it.</summary>
    /// <param name="modelFolder">The base model.</param>
    /// <param name="taggerFolder">The tagger.</param>
    /// <param name="target">Where to.</param>
    /// <param name="device">Where to draw.</param>
    public static void Run(string modelFolder, string taggerFolder, string target, Device device)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        using var tagger = Tagger.Open(Path.Combine(taggerFolder, "model.onnx"), Path.Combine(taggerFolder, "selected_tags.csv"));
        using var model = (StableDiffusionModel)ModelFamilies.Load(modelFolder, ScalarType.Float32, device);
        var result = new Dictionary<string, object> { ["tagger"] = TaggerCheck(tagger), ["vae"] = Vae(model, device, tagger) };
        var scenes = Enumerable.Range(0, Prompts)
            .Select(i => DrawnPicture.Draw(PromptSeed, Purpose.CheckPictures, i, 128, 128, pairs: 0).Tags).ToList();
        var drawn = PromptSamples.Draw(model, scenes.Select(WorldCaptions.Joined));
        result["base"] = Recalls(scenes, drawn.Select(picture => Found(tagger, picture)).ToList());
        var json = JsonSerializer.Serialize(result, Json);
        Console.WriteLine(json);
        AtomicFile.Write(Path.Combine(target, "check.json"), stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(json + "\n")));
        WriteSheet(Path.Combine(target, "samples.png"), drawn);
    }

    private static Dictionary<string, object> TaggerCheck(Tagger tagger)
    {
        var labels = TaggerTraining.Labels.Count;
        var (hits, said, drawn) = (new int[labels], new int[labels], new int[labels]);
        for (var i = 0; i < TaggedDrawings; i++)
        {
            var picture = DrawnPicture.Draw(TaggerSeed, Purpose.CheckPictures, i, 160 + (i % 7 * 48), 160 + (i / 7 % 7 * 48));
            var scores = tagger.Score(picture.ToRaster());
            var wanted = TaggerTraining.Vector(picture.Tags);
            for (var label = 0; label < labels; label++)
            {
                var (isSaid, isDrawn) = (scores[label] >= Threshold, wanted[label] > 0);
                hits[label] += isSaid && isDrawn ? 1 : 0;
                said[label] += isSaid ? 1 : 0;
                drawn[label] += isDrawn ? 1 : 0;
            }
        }
        var each = Enumerable.Range(0, labels).Where(label => drawn[label] >= LeastCount)
            .ToDictionary(label => TaggerTraining.Labels[label], label => Rounded(2.0 * hits[label] / (said[label] + drawn[label])));
        return new()
        {
            ["micro F1"] = Rounded(2.0 * hits.Sum() / (said.Sum() + drawn.Sum())),
            ["macro F1"] = Rounded(each.Values.Average()),
            ["weakest"] = each.OrderBy(pair => pair.Value).Take(15).ToDictionary(),
        };
    }

    private static Dictionary<string, object> Vae(StableDiffusionModel model, Device device, Tagger tagger)
    {
        var noise = new List<double>();
        var (tags, found) = (new List<IReadOnlyList<string>>(), new List<HashSet<string>>());
        for (var first = 0; first < ReconstructedDrawings; first += AtOnce)
        {
            using var scope = NewDisposeScope();
            var pictures =
                Enumerable.Range(first, AtOnce).Select(i => DrawnPicture.Draw(VaeSeed, Purpose.CheckPictures, i, 128, 128)).ToList();
            var images = DrawnPicture.Stack(pictures, device);
            var again = model.Vae.Decode(model.Vae.Encode(images).Mean * model.Vae.ScaleFactor).clamp(-1, 1);
            var errors = (again - images).square().mean([1, 2, 3]).cpu().data<float>().ToArray();
            noise.AddRange(errors.Select(error => 10 * Math.Log10(4 / error)));
            tags.AddRange(pictures.Select(picture => picture.Tags));
            found.AddRange(PictureTensor.ToRasters(again).Select(picture => Found(tagger, picture)));
        }
        return new() { ["dB"] = Math.Round(noise.Average(), 2), ["reconstructions"] = Recalls(tags, found) };
    }

    private static SortedDictionary<string, double> Recalls(
        IReadOnlyList<IReadOnlyList<string>> asked, IReadOnlyList<HashSet<string>> found)
    {
        var recalls = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var (kind, tags) in Kinds)
            recalls[kind] = Rounded(PromptSamples.Recall(asked, found, tags));
        recalls["core"] = Rounded(PromptSamples.Recall(asked, found, Core.SelectMany(kind => Kinds[kind])));
        recalls["all"] = Rounded(PromptSamples.Recall(asked, found, Kinds.Values.SelectMany(tags => tags)));
        return recalls;
    }

    private static HashSet<string> Found(Tagger tagger, Raster picture)
    {
        var scores = tagger.Score(picture);
        return [.. TaggerTraining.Labels.Where((_, label) => scores[label] >= Threshold)];
    }

    private static void WriteSheet(string path, List<Raster> pictures)
    {
        const int columns = 8, side = PromptSamples.Side;
        using var sheet = new SKBitmap(
            new SKImageInfo(columns * side, (pictures.Count + columns - 1) / columns * side, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(sheet))
        {
            for (var i = 0; i < pictures.Count; i++)
            {
                using var image =
                    SKImage.FromPixelCopy(new SKImageInfo(side, side, SKColorType.Rgba8888, SKAlphaType.Opaque), pictures[i].Pixels);
                canvas.DrawImage(image, i % columns * side, i / columns * side);
            }
        }
        AtomicFile.Write(path, stream => sheet.Encode(stream, SKEncodedImageFormat.Png, 100));
    }

    private static IEnumerable<string> Coloured(string garment) => Palette.Garments[garment].Select(colour => $"{colour}_{garment}");

    private static double Rounded(double share) => Math.Round(share, 3);
}
