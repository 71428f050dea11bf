using LoraBuild.Diffusion.Families;
using LoraBuild.Imaging.Png;
using LoraBuild.Protocol;
using LoraBuild.Settings;
using LoraBuild.Training.Previews;

namespace LoraBuild.Worker.Jobs;

/// <summary>Draws pictures with a model, with LoRA files on it or without.</summary>
internal static class DrawPictures
{
    /// <exception cref="OperationCanceledException">The job was cancelled; finished batches stay.</exception>
    public static void Run(DrawJob job, EventWriter events, CancellationToken token)
    {
        var settings = TrainingSettings.Parse(job.Options, out var problems);
        foreach (var problem in problems)
            events.Report(problem);
        if (events.HasErrors)
            return;

        using var drawer = PictureDrawer.Load(job.BaseModel, settings, new ModelOptions
        {
            Tokenizer = job.Tokenizer,
            FetchTokenizer = PublishedTokenizer.From(job.CachePath, job.TokenizerUrl, "Draw", events, token),
            Vae = job.Vae,
            V2 = settings.V2,
            VParameterization = settings.VParameterization,
            ZeroTerminalSnr = settings.ZeroTerminalSnr,
        });
        var requests = job.Batches.SelectMany(batch => batch.Pictures).Select(picture => picture.Request);
        foreach (var warning in drawer.WarningsOf(requests, job.PromptFile))
            events.Report(warning);
        var progress = new ProgressLine(events, "Draw", job.Batches.Sum(batch => batch.Pictures.Count));
        drawer.Draw(
            [.. job.Batches.Select(batch => new BatchToDraw(batch.Id, batch.Lora, [.. batch.Pictures.Select(Sized)]))],
            (batch, rasters) =>
            {
                foreach (var (picture, raster) in batch.Pictures.Zip(rasters))
                    PngEncoder.Encode(raster, picture.Target);
                events.Finished(batch.Id);
                progress.Step(rasters.Count);
            },
            token);

        PictureToDraw Sized(PictureToDraw picture) => picture with
        {
            Request = picture.Request with
            {
                Width = picture.Request.Width > 0 ? picture.Request.Width : drawer.FittingSize.Width,
                Height = picture.Request.Height > 0 ? picture.Request.Height : drawer.FittingSize.Height,
            },
        };
    }
}
