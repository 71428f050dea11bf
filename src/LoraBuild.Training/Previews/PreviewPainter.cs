using LoraBuild.Base.Files;
using LoraBuild.Base.Hashing;
using LoraBuild.Diffusion.Families;
using LoraBuild.Diffusion.Samplers;
using LoraBuild.Imaging;
using LoraBuild.Imaging.Png;
using LoraBuild.Imaging.Rasters;
using LoraBuild.Protocol.Previews;
using LoraBuild.Settings.Sampling;
using LoraBuild.Training.Metadata;

namespace LoraBuild.Training.Previews;

/// <summary>
/// Draws a training's previews with the model as it is, adapters included. Nothing is drawn at random but by the prompts' seeds, and each
/// picture by itself, so that the same weights give the same files wherever a training was interrupted.
/// </summary>
/// <param name="model">The model; belongs to the caller.</param>
/// <param name="facts">The pictures' metadata on it.</param>
/// <param name="plan">The plan of pictures and moments.</param>
/// <param name="folder">The folder for the pictures.</param>
/// <param name="shownFolder">A second folder, which shows them as soon as they are drawn; null: none.</param>
public sealed class PreviewPainter(IDiffusionModel model, BaseModelFacts facts, PreviewPlan plan, string folder, string? shownFolder)
{
    private readonly TextToImage painter = new(model);
    private readonly string modelName = Path.GetFileNameWithoutExtension(facts.Name);

    /// <summary>True if everything of a moment is drawn.</summary>
    public bool IsDrawn(PreviewMoment moment) => Names(moment).Append(plan.GridOf(moment)).All(name => File.Exists(PathOf(name)));

    /// <summary>Draws what is missing of a moment's pictures, and their grid.</summary>
    /// <param name="moment">One of the plan's.</param>
    /// <param name="cancellation">Looked at between the sampler's steps; what is drawn by then stays.</param>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB6001: a picture cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Draw(PreviewMoment moment, CancellationToken cancellation)
    {
        var pictures = new List<Raster>();
        foreach (var (name, prompt) in Names(moment).Zip(plan.Prompts))
        {
            pictures.Add(File.Exists(PathOf(name)) ? PictureDecoder.Decode(PathOf(name)).Raster : Draw(prompt, name, cancellation));
        }

        Write(PreviewGrid.Of(pictures), plan.GridOf(moment), text: null);
    }

    /// <summary>Lists what is drawn, and writes the list beside it: moments of which something is missing are left out.</summary>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB6001: it cannot be written.</exception>
    public PreviewSheet WriteSheet()
    {
        var rows = plan.Moments.Where(IsDrawn).Select(moment =>
            new PreviewRow(moment, [.. Names(moment).Select(FileOf)], FileOf(plan.GridOf(moment))));
        var sheet = new PreviewSheet(plan.Prompts, [.. rows]);
        sheet.Write(folder);
        return sheet;

        PreviewFile FileOf(string name) => new(name, ContentHash.OfFile(PathOf(name)).ToString());
    }

    private Raster Draw(PictureRequest prompt, string name, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var latents = painter.Sample([prompt], cancellation: cancellation);
        var picture = PictureTensor.ToRasters(painter.Decode(latents))[0];
        Write(picture, name, new(GenerationParameters.Keyword, GenerationParameters.Of(prompt, modelName, facts.Sha256)));
        return picture;
    }

    private void Write(Raster picture, string name, PngText? text)
    {
        PngEncoder.Encode(picture, PathOf(name), text: text);
        if (shownFolder is not null)
            AtomicFile.Write(Path.Combine(shownFolder, name), stream => stream.Write(File.ReadAllBytes(PathOf(name))));
    }

    private IEnumerable<string> Names(PreviewMoment moment) => plan.Prompts.Select((_, index) => plan.FileOf(moment, index));

    private string PathOf(string name) => Path.Combine(folder, name);
}
