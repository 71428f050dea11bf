using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Edits;
using LoraBuild.Protocol;
using LoraBuild.Tasks.Items;
using LoraBuild.Tasks.Worker;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>ShowEdits: sheets of every picture that has edits, before and after, a numbered row for each.</summary>
public sealed class ShowEdits : ModelTask
{
    private const string NoEdits = "[]";

    /// <summary>The worker.</summary>
    [Required]
    public string WorkerAssembly { get; set; } = "";

    /// <summary>Items of <see cref="ResolveCharacters"/>.</summary>
    [Required]
    public ITaskItem[] Pictures { get; set; } = [];

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
        var sources = Pictures.Where(picture => picture.GetMetadata(PictureMetadata.Edits) != NoEdits)
            .GroupBy(picture => picture.GetMetadata("FullPath"), StringComparer.Ordinal).ToList();
        if (sources.Count == 0)
        {
            Say("ShowEdits: no picture has edits");
            return;
        }

        var model = BackgroundModel is null ? null : Fetch(BackgroundModel.ItemSpec, BackgroundModel.GetMetadata("Sha256"), DiagnosticCode.TaggerMissing);
        var rows = sources.Select(source => new PictureToShow(source.Key, [.. source.Select(EditsOf)], source.First().GetMetadata(PictureMetadata.EditsAt))).ToList();
        new WorkerProcess(WorkerAssembly, this).Run(new ShowEditsJob(rows, Folder, MaxPixels, model), "ShowEdits", sheet => Say($"ShowEdits: {sheet.Id}"), CancellationToken);
        foreach (var (source, index) in sources.Select((source, index) => (source, index)))
        {
            Say(string.Create(
                CultureInfo.InvariantCulture,
                $"{index + 1}: {source.First().GetMetadata(PictureMetadata.Source)} -> {string.Join(", ", source.Select(picture => picture.Id()))}"));
        }
    }

    private static IReadOnlyList<Edit> EditsOf(ITaskItem picture) =>
        PictureItem.ListOf(picture, PictureMetadata.Edits, types => types.IReadOnlyListEdit);
}
