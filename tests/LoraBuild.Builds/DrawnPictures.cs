using LoraBuild.Dataset.Tags;
using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.Diffusion.Samplers;
using LoraBuild.Imaging.Png;
using LoraBuild.Imaging.Rasters;
using LoraBuild.Settings.Sampling;
using LoraBuild.Tagging;
using LoraBuild.Training.Previews;

namespace LoraBuild.Builds;

/// <summary>Draws pictures of a prompt with the example's models, and asks the example's tagger what it sees.</summary>
internal static class DrawnPictures
{
    private const int Side = 128;
    private const int DdimSteps = 20;
    private const double Guidance = 5;

    /// <summary>16 pictures of one prompt, from fixed seeds.</summary>
    public static IReadOnlyList<Raster> Draw(StableDiffusionModel model, string prompt, int count = 16)
    {
        using var scope = torch.NewDisposeScope();
        var painter = new TextToImage(model);
        var requests = Enumerable.Range(1, count).Select(seed => new PictureRequest
        {
            Prompt = prompt, Seed = seed, Width = Side, Height = Side, Steps = DdimSteps, Guidance = Guidance,
        });
        return PictureTensor.ToRasters(painter.Decode(painter.Sample([.. requests])));
    }

    /// <summary>The mean, over features and pictures, of whether the tagger sees the feature at its usual threshold.</summary>
    public static double Recall(IReadOnlyList<Raster> pictures, IReadOnlyList<string> features)
    {
        var folder = Path.Combine(Repository.Example, "models", "tagger");
        using var tagger = Tagger.Open(Path.Combine(folder, "model.onnx"), Path.Combine(folder, "selected_tags.csv"));
        var seen = pictures.Select(picture => tagger.Labels.Select(tagger.Score(picture)).ToHashSet(Tag.Comparer)).ToList();
        return features.Average(feature => seen.Average(tags => tags.Contains(feature) ? 1.0 : 0.0));
    }

    /// <summary>Writes the pictures side by side, for a person to look at.</summary>
    public static void Save(IReadOnlyList<Raster> pictures, string path)
    {
        const int Columns = 8;
        var rows = (pictures.Count + Columns - 1) / Columns;
        var sheet = new byte[rows * Side * Columns * Side * 4];
        for (var i = 0; i < pictures.Count; i++)
        {
            for (var y = 0; y < Side; y++)
            {
                var target = ((((i / Columns * Side) + y) * Columns * Side) + (i % Columns * Side)) * 4;
                pictures[i].Pixels.AsSpan(y * Side * 4, Side * 4).CopyTo(sheet.AsSpan(target));
            }
        }

        PngEncoder.Encode(new Raster(Columns * Side, rows * Side, sheet), path);
    }
}
