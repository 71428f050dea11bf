using LoraBuild.Core.Tags;
using LoraBuild.Diffusion;
using LoraBuild.Diffusion.Samplers;
using LoraBuild.Diffusion.Vae;
using LoraBuild.Imaging;
using LoraBuild.Imaging.Png;
using LoraBuild.Tagging;

namespace LoraBuild.Builds;

/// <summary>Draws pictures of a prompt with the example's models, and asks the example's tagger what it sees.</summary>
internal static class DrawnPictures
{
    private const int Side = 128;
    private const int DdimSteps = 20;
    private const double Guidance = 5;

    /// <summary>16 pictures of one prompt, from fixed seeds.</summary>
    public static IReadOnlyList<Raster> Draw(StableDiffusion model, string prompt, int count = 16)
    {
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        var prompts = Encode(model, prompt).expand(count, -1, -1);
        var negatives = Encode(model, "").expand(count, -1, -1);
        var noise = LatentNoise.For([.. Enumerable.Range(1, count).Select(seed => (long)seed)], 4, Side / 8, Side / 8);
        var latents = new DdimSampler(model.Schedule).Sample(model.UNet, noise, prompts, negatives, DdimSteps, Guidance);
        return [.. Enumerable.Range(0, count).Select(i => ToRaster(model.Vae, latents.narrow(0, i, 1)))];
    }

    /// <summary>The mean, over features and pictures, of whether the tagger sees the feature at its usual threshold.</summary>
    public static double Recall(IReadOnlyList<Raster> pictures, IReadOnlyList<string> features)
    {
        var folder = Path.Combine(Repository.Example, "models", "tagger");
        using var tagger = WdTagger.Open(Path.Combine(folder, "model.onnx"), Path.Combine(folder, "selected_tags.csv"));
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

    private static Tensor Encode(StableDiffusion model, string prompt) => model.TextEncoder.Encode([model.Tokenizer.Encode(prompt)]);

    private static Raster ToRaster(AutoencoderKL vae, Tensor latents)
    {
        using var scope = torch.NewDisposeScope();
        var image = ((vae.Decode(latents) + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)[0].permute(1, 2, 0).contiguous();
        var rgb = image.data<byte>().ToArray();
        var rgba = new byte[Side * Side * 4];
        for (var i = 0; i < Side * Side; i++)
        {
            rgb.AsSpan(i * 3, 3).CopyTo(rgba.AsSpan(i * 4));
            rgba[(i * 4) + 3] = 255;
        }

        return new Raster(Side, Side, rgba);
    }
}
