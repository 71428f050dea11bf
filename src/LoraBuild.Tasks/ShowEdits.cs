using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Protocol;
using LoraBuild.Tasks.Steps;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>ShowEdits: sheets of every picture that has edits, before and after, a numbered row for each.</summary>
public sealed class ShowEdits : ModelTask
{
    /// <summary>The segmentation model, a file or a URI, with <c>Sha256</c>; or none.</summary>
    public ITaskItem? BackgroundModel { get; set; }

    /// <summary>The largest picture that is decoded, in pixels.</summary>
    [Required]
    public long MaxPixels { get; set; }

    /// <summary>The folder for the sheets.</summary>
    [Required]
    public string Folder { get; set; } = "";

    /// <inheritdoc/>
    protected override void Run()
    {
        var sources = Session.Pictures.Where(picture => picture.Edits.Count > 0)
            .GroupBy(picture => picture.SourcePath, StringComparer.Ordinal).ToList();
        if (sources.Count == 0)
        {
            Say("ShowEdits: no picture has edits");
            return;
        }

        var model = BackgroundModel is null
            ? null
            : Fetch(BackgroundModel.ItemSpec, BackgroundModel.GetMetadata("Sha256"), DiagnosticCode.TaggerMissing);
        var rows = sources.Select(
            source => new PictureToShow(source.Key, [.. source.Select(picture => picture.Edits)], source.First().EditsAt)).ToList();
        new WorkerProcess(this)
            .Run(new ShowEditsJob(rows, Folder, MaxPixels, model), "ShowEdits", sheet => Say($"ShowEdits: {sheet.Id}"), CancellationToken);
        foreach (var (source, index) in sources.Select((source, index) => (source, index)))
        {
            Say(string.Create(
                CultureInfo.InvariantCulture,
                $"{index + 1}: {source.First().Source} -> {string.Join(", ", source.Select(picture => picture.Id))}"));
        }
    }
}
