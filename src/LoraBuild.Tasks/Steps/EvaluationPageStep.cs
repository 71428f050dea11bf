using System.Text.Json;
using LoraBuild.Base.Files;
using LoraBuild.Base.Hashing;
using LoraBuild.Dataset.Pictures;
using LoraBuild.Pages.Evaluation;

namespace LoraBuild.Tasks.Steps;

/// <summary><c>evaluation.json</c> and the page beside it, with thumbnails of the evaluation's pictures.</summary>
/// <param name="task">The task that asks.</param>
/// <param name="workerAssembly">The worker.</param>
/// <param name="folder">The folder of both, with the pictures below <see cref="PicturesFolder"/>.</param>
/// <param name="thumbnailFolder">The folder for thumbnails, of this step alone.</param>
internal sealed class EvaluationPageStep(LoraTask task, string workerAssembly, string folder, string thumbnailFolder)
{
    private const int Version = 1;

    /// <summary>The folder of the pictures, as <c>evaluation.json</c> names it.</summary>
    public const string PicturesFolder = "pictures";

    /// <summary>Brings both files up to date; where a picture cannot be read, neither is touched.</summary>
    /// <param name="report">What was found.</param>
    /// <param name="ids">The pictures that the page shows, without extension, below <see cref="PicturesFolder"/>.</param>
    public void Write(EvaluationReport report, IReadOnlyList<string> ids)
    {
        var state = task.Session.State;
        var step = new ThumbnailStep(task, workerAssembly, EvaluationPage.ThumbnailSide, thumbnailFolder);
        var pictures = ids.Select(id => new PicturedFile(id, PathOf(id), state.HashInput(PathOf(id)))).ToList();
        var key = new StepKey("Evaluate", Version)
            .With("template", EvaluationPage.Template)
            .With("thumbnails", step.Rules)
            .With("report", JsonSerializer.Serialize(report));
        foreach (var picture in pictures)
            key.With("picture", picture.Content);
        var (json, page) = (Path.Combine(folder, EvaluationFile.Name), Path.Combine(folder, EvaluationPage.Name));
        var hash = key.ToHash();
        if (state.FindOutput(json, hash) is not null && state.FindOutput(page, hash) is not null)
        {
            step.Keep(pictures);
            return;
        }

        var thumbnails = step.Make(pictures, "Evaluate");
        if (task.Log.HasLoggedErrors)
            return;
        EvaluationFile.Write(json, report);
        AtomicFile.Write(page, stream => EvaluationPage.Write(stream, report, file => Thumbnail(thumbnails, Path.ChangeExtension(file[(PicturesFolder.Length + 1)..], null))));
        state.RecordOutput(json, hash);
        state.RecordOutput(page, hash);
        task.Say($"Evaluation -> {page}");
    }

    private string PathOf(string id) => Path.Combine(folder, PicturesFolder, id + ".png");

    private EvaluationThumbnail Thumbnail(IReadOnlyDictionary<string, string> thumbnails, string id)
    {
        var size = PngHeader.ReadSize(PathOf(id));
        var scale = Math.Min(1, (double)EvaluationPage.ThumbnailSide / Math.Max(size.Width, size.Height));
        return new EvaluationThumbnail(File.ReadAllBytes(thumbnails[id]), (int)Math.Round(size.Width * scale), (int)Math.Round(size.Height * scale));
    }
}
