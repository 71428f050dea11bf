using System.Text.Json;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Geometry;
using LoraBuild.Dataset.Edits;
using LoraBuild.Imaging;
using LoraBuild.Protocol;
using LoraBuild.Tagging;
using LoraBuild.Tagging.Persons;

namespace LoraBuild.Worker.Jobs;

/// <summary>Looks for persons in pictures. One that cannot be read is an error of its own; the others go on.</summary>
internal static class FindPersons
{
    /// <exception cref="OperationCanceledException">The job was cancelled.</exception>
    public static void Run(FindPersonsJob job, EventWriter events, CancellationToken token)
    {
        var warnings = new List<Diagnostic>();
        using var detector = PersonDetector.Open(job.Model, new TaggerOptions(), warnings);
        foreach (var warning in warnings)
            events.Report(warning);
        var progress = new ProgressLine(events, "SuggestEdits", job.Pictures.Count);
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = token };
        Parallel.ForEach(job.Pictures, options, path =>
        {
            try
            {
                var picture = PictureDecoder.Decode(path, job.MaxPixels).Raster;
                var found = new DetectedPersons(path, new PixelSize(picture.Width, picture.Height), detector.Find(picture));
                events.Finished(path, new Dictionary<string, string> { [FindPersonsJob.PersonsFact] = JsonSerializer.Serialize(found) });
            }
            catch (LoraBuildException e) when (e.Diagnostic.File == path)
            {
                events.Report(e.Diagnostic);
            }

            progress.Step();
        });
    }
}
