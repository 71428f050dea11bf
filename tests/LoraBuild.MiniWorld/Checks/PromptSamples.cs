using LoraBuild.Dataset.Tags;
using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.Diffusion.Samplers;
using LoraBuild.Imaging.Rasters;
using LoraBuild.Settings.Sampling;
using LoraBuild.Training.Previews;

namespace LoraBuild.MiniWorld.Checks;

/// <summary>
/// What a miniature base model draws from prompts, by the settings that the first world was checked with: 25 steps at guidance 5, square
/// pictures of 128 pixels, one seed a prompt from 100 on.
/// </summary>
internal static class PromptSamples
{
    /// <summary>Width and height of a sample, in pixels.</summary>
    public const int Side = 128;

    private const int Steps = 25, FirstSeed = 100, AtOnce = 16;
    private const double Guidance = 5;

    // The miniature learns captions of one chunk of CLIP's.
    private const int MaxTokens = 75;

    /// <summary>One picture a prompt; tags at a prompt's end that its text encoder never saw so many of are left out.</summary>
    public static List<Raster> Draw(StableDiffusionModel model, IEnumerable<string> prompts, SamplerKind sampler = SamplerKind.Ddim)
    {
        var painter = new TextToImage(model);
        var requests = prompts.Select((prompt, index) => new PictureRequest
        {
            Prompt = Shortened(model, prompt), Seed = FirstSeed + index, Width = Side, Height = Side, Steps = Steps, Guidance = Guidance,
            Sampler = sampler,
        });
        var pictures = new List<Raster>();
        foreach (var batch in requests.Chunk(AtOnce))
        {
            using var scope = NewDisposeScope();
            pictures.AddRange(PictureTensor.ToRasters(painter.Decode(painter.Sample(batch))));
        }

        return pictures;
    }

    /// <summary>The share, from 0 to 1, of the wanted tags asked for that were found; 0 where none was asked for.</summary>
    /// <param name="asked">Tags of every prompt.</param>
    /// <param name="found">Tags of every picture, at least as many as there are prompts to look at.</param>
    /// <param name="wanted">The tags that count.</param>
    public static double Recall(IEnumerable<IEnumerable<string>> asked, IEnumerable<IReadOnlySet<string>> found, IEnumerable<string> wanted)
    {
        var counted = wanted.ToHashSet(Tag.Comparer);
        var hits =
            asked.Zip(found).SelectMany(pair => pair.First.Where(counted.Contains).Select(tag => pair.Second.Contains(tag))).ToList();
        return hits.Count == 0 ? 0 : hits.Average(hit => hit ? 1.0 : 0);
    }

    private static string Shortened(StableDiffusionModel model, string prompt)
    {
        var tags = prompt.Split(", ");
        while (model.Tokenizer.CountWeighted(string.Join(", ", tags)) > MaxTokens)
            tags = tags[..^1];
        return string.Join(", ", tags);
    }
}
