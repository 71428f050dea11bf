using LoraBuild.Base.Diagnostics;
using LoraBuild.Imaging;
using LoraBuild.Protocol;

namespace LoraBuild.Worker.Jobs;

/// <summary>Normalizes pictures on all processors. A picture that fails is an error of its own; the others go on.</summary>
internal static class NormalizePictures
{
    /// <exception cref="OperationCanceledException">The job was cancelled; finished pictures stay.</exception>
    public static void Run(NormalizeJob job, EventWriter events, CancellationToken token)
    {
        using var segmentation = BackgroundModels.Open(job.BackgroundModel, job.Pictures.Select(picture => picture.Edits), events);
        var progress = new ProgressLine(events, "Normalize", job.Pictures.Count);
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = token };
        Parallel.ForEach(job.Pictures, options, picture =>
        {
            try
            {
                var normalized = PictureNormalizer.Normalize(
                    picture.Source, picture.Edits, picture.Target, segmentation, maxPixels: job.MaxPixels, mask: picture.Mask,
                    sha256: picture.Sha256);
                foreach (var warning in normalized.Warnings)
                    events.Report(warning);
                events.Finished(picture.Id, normalized.FactsOf(picture.Id).ToFacts());
            }
            catch (LoraBuildException e)
            {
                events.Report(EditPlace.AddTo(e.Diagnostic, picture.EditsAt));
            }

            progress.Step();
        });
    }
}
