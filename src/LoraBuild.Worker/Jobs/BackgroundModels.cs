using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Edits;
using LoraBuild.Tagging;
using LoraBuild.Tagging.Backgrounds;

namespace LoraBuild.Worker.Jobs;

/// <summary>Opens the segmentation model where an edit asks for it.</summary>
internal static class BackgroundModels
{
    /// <summary>The model; null where the project has none or no picture needs it.</summary>
    public static FigureModel? Open(string? path, IEnumerable<IReadOnlyList<Edit>> edits, EventWriter events)
    {
        if (path is null || !edits.Any(list => list.Any(edit => edit is BackgroundEdit { ByFlood: false })))
            return null;
        var warnings = new List<Diagnostic>();
        var model = FigureModel.Open(path, new TaggerOptions { IntraOpThreads = Environment.ProcessorCount }, warnings);
        foreach (var warning in warnings)
            events.Report(warning);
        return model;
    }
}
