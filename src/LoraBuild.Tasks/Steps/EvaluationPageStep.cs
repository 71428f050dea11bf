using LoraBuild.Incremental.Steps;
using System.Text.Json;
using LoraBuild.Base.Files;
using LoraBuild.Base.Hashing;
using LoraBuild.Dataset.Pictures;
using LoraBuild.Pages.Evaluation;

namespace LoraBuild.Tasks.Steps;

/// <summary><c>evaluation.json</c> and the page beside it, with thumbnails of the evaluation's pictures.</summary>
/// <param name="host">The build.</param>
/// <param name="folder">The folder of both, with the pictures below <see cref="PicturesFolder"/>.</param>
/// <param name="thumbnailFolder">The folder for thumbnails, of this step alone.</param>
internal sealed class EvaluationPageStep(IBuildHost host, string folder, string thumbnailFolder)
{
    private const int Version = 1;

    /// <summary>The folder of the pictures, as <c>evaluation.json</c> names it.</summary>
    public const string PicturesFolder = "pictures";

    /// <summary>Brings both files up to date; where a picture cannot be read, neither is touched.</summary>
    /// <param name="report">The evaluation's findings.</param>
    /// <param name="ids">The pictures that the page shows, without extension, below <see cref="PicturesFolder"/>.</param>
    public void Write(EvaluationReport report, IReadOnlyList<string> ids)
    {
        var step = new ThumbnailStep(host, EvaluationPage.ThumbnailSide, thumbnailFolder);
        var pictures = ids.Select(id => new PicturedFile(id, PathOf(id), host.Session.State.HashInput(PathOf(id)))).ToList();
        var key = new StepKey("Evaluate", Version)
            .With("template", EvaluationPage.Template)
            .With("thumbnails", step.Rules)
            .With("report", JsonSerializer.Serialize(report));
        foreach (var picture in pictures)
            key.With("picture", picture.Content);
        var (json, page) = (Path.Combine(folder, EvaluationFile.Name), Path.Combine(folder, EvaluationPage.Name));
        var tally = new MemoizedStep(host.Session, "Evaluate", host.Token) { IsStored =
            false }.Run([StepOutput.Of("page", key.ToHash(), [json, page])], (_, finished) =>
        {
            var thumbnails = step.Make(pictures, "Evaluate");
            if (host.HasErrors)
                return;
            EvaluationFile.Write(json, report);
            AtomicFile.Write(page, stream => EvaluationPage.Write(
                stream, report, file => Thumbnail(thumbnails, Path.ChangeExtension(file[(PicturesFolder.Length + 1)..], null))));
            finished(new StepResult("page"));
            host.Say($"Evaluation -> {page}");
        });
        if (tally is { Made: 0, Failed: 0 })
            step.Keep(pictures);
    }

    private string PathOf(string id) => Path.Combine(folder, PicturesFolder, id + ".png");

    private EvaluationThumbnail Thumbnail(IReadOnlyDictionary<string, string> thumbnails, string id)
    {
        var size = PngHeader.ReadSize(PathOf(id));
        var scale = Math.Min(1, (double)EvaluationPage.ThumbnailSide / Math.Max(size.Width, size.Height));
        return new EvaluationThumbnail(
            File.ReadAllBytes(thumbnails[id]), (int)Math.Round(size.Width * scale), (int)Math.Round(size.Height * scale));
    }
}
