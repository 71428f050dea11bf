using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Imaging;
using LoraBuild.Imaging.Edits;
using LoraBuild.Imaging.Png;
using LoraBuild.Imaging.Rasters;
using LoraBuild.Imaging.Sheets;
using LoraBuild.Protocol;

namespace LoraBuild.Worker.Jobs;

/// <summary>Draws sheets of pictures before and after their edits. A picture that fails is an error; the other rows are drawn.</summary>
internal static class ShowEdits
{
    /// <summary>A finished item for each sheet, whose id is its path.</summary>
    /// <exception cref="OperationCanceledException">The job was cancelled; finished sheets stay.</exception>
    public static void Run(ShowEditsJob job, EventWriter events, CancellationToken token)
    {
        using var segmentation = BackgroundModels.Open(job.BackgroundModel, job.Pictures.SelectMany(picture => picture.Results), events);
        var options = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = token };
        for (var first = 0; first < job.Pictures.Count; first += EditSheet.RowsPerSheet)
        {
            var start = first;
            var rows = new IReadOnlyList<Raster>[Math.Min(EditSheet.RowsPerSheet, job.Pictures.Count - first)];
            Parallel.For(0, rows.Length, options, row => rows[row] = Row(job.Pictures[start + row], job.MaxPixels, segmentation, events));
            var path =
                Path.Combine(job.Folder, string.Create(CultureInfo.InvariantCulture, $"edits-{first / EditSheet.RowsPerSheet + 1}.png"));
            PngEncoder.Encode(EditSheet.Draw(first + 1, rows), path);
            events.Finished(path);
        }
    }

    private static List<Raster> Row(PictureToShow picture, long maxPixels, ISegmentation? segmentation, EventWriter events)
    {
        var thumbnails = new List<Raster>();
        try
        {
            var source = PictureDecoder.Decode(picture.Source, maxPixels).Raster.Flatten();
            thumbnails.Add(EditSheet.Thumbnail(source));
            foreach (var edits in picture.Results)
                thumbnails.Add(EditSheet.Thumbnail(PictureEditor.Apply(source, edits, segmentation)));
        }
        catch (LoraBuildException e)
        {
            events.Report(EditPlace.AddTo(e.Diagnostic with { File = e.Diagnostic.File ?? picture.Source }, picture.EditsAt));
        }

        return thumbnails;
    }
}
