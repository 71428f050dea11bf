using System.Collections.Concurrent;
using System.Text.Json;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Dataset.Edits;
using LoraBuild.Protocol;
using LoraBuild.Tasks.Steps;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// SuggestEdits: looks with a person detector at the pictures that have no edits yet, and writes the crops and splits that it would make as
/// yaml. Without a detector nothing happens.
/// </summary>
public sealed class SuggestEdits : ModelTask
{
    /// <summary>The detector, a file or a URI, with <c>Sha256</c>; or none.</summary>
    public ITaskItem? PersonDetector { get; set; }

    /// <summary>The largest picture that is decoded, in pixels.</summary>
    [Required]
    public long MaxPixels { get; set; }

    /// <summary>The yaml to write.</summary>
    [Required]
    public string OutputFile { get; set; } = "";

    /// <inheritdoc/>
    protected override void Run()
    {
        if (PersonDetector is null)
        {
            Say("SuggestEdits: the project has no PersonDetector, so there is nothing to suggest");
            return;
        }

        var model = Fetch(PersonDetector.ItemSpec, PersonDetector.GetMetadata("Sha256"), DiagnosticCode.TaggerMissing);
        var paths = Session.Pictures.Where(picture => picture.Edits.Count == 0)
            .ToDictionary(picture => picture.SourcePath, picture => picture.Source, StringComparer.Ordinal);
        var found = new ConcurrentDictionary<string, DetectedPersons>(StringComparer.Ordinal);
        new WorkerProcess(this).Run(
            new FindPersonsJob(model, [.. paths.Keys], MaxPixels),
            "SuggestEdits",
            done => found[done.Id] =
                JsonSerializer.Deserialize<DetectedPersons>(done.Facts[FindPersonsJob.PersonsFact])! with { Path = paths[done.Id] },
            CancellationToken);
        AtomicFile.WriteText(OutputFile, EditSuggestions.ToYaml(found.Values.OrderBy(picture => picture.Path, StringComparer.Ordinal)));
        Say($"SuggestEdits: {OutputFile}");
    }
}
