using LoraBuild.Base.Diagnostics;
using LoraBuild.Imaging;
using LoraBuild.Protocol;

namespace LoraBuild.Worker.Jobs;

/// <summary>Makes thumbnails on all processors.</summary>
internal static class ShrinkPictures
{
    /// <exception cref="OperationCanceledException">The job was cancelled; finished thumbnails stay.</exception>
    public static void Run(ShrinkJob job, EventWriter events, CancellationToken token)
    {
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = token };
        Parallel.ForEach(job.Pictures, options, picture =>
        {
            try
            {
                PictureThumbnail.Write(picture.Picture, picture.Target, job.Side);
                events.Finished(picture.Id);
            }
            catch (LoraBuildException e)
            {
                events.Report(e.Diagnostic);
            }
        });
    }
}
