using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Manifest;
using LoraBuild.Protocol.Models;
using LoraBuild.Settings;

namespace LoraBuild.Pages.Releases;

/// <summary>
/// A LoRA that is handed on, and everything that is to be said of it. It names no machine, no place and, unasked, no time.
/// </summary>
/// <param name="Name">The LoRA's file name without extension.</param>
/// <param name="Characters">Whom it shows.</param>
/// <param name="Dataset">The dataset that it was trained on.</param>
/// <param name="BaseModel">The files of the model that it was trained on, the checkpoint first.</param>
/// <param name="Training">The settings of the training.</param>
/// <param name="Settings">The settings of the steps before the training, by property.</param>
/// <param name="Inputs">Every file that it was made from.</param>
/// <param name="Tools">Name and version of LoraBuild and of its engines.</param>
/// <param name="Date">When it was made, where the author wants that to be said: <c>SOURCE_DATE_EPOCH</c>.</param>
public sealed record Release(
    string Name,
    IReadOnlyList<Character> Characters,
    DatasetManifest Dataset,
    IReadOnlyList<ReleaseInput> BaseModel,
    TrainingSettings Training,
    IReadOnlyDictionary<string, string> Settings,
    IReadOnlyList<ReleaseInput> Inputs,
    IReadOnlyDictionary<string, string> Tools,
    DateTimeOffset? Date)
{
    /// <summary>The base model's family, and how it is drawn with; null where that is not told.</summary>
    public ModelDescription? Model { get; init; }

    /// <summary>
    /// The environment variable with the seconds since 1970 that reproducible builds take for the time (reproducible-builds.org).
    /// </summary>
    public const string DateVariable = "SOURCE_DATE_EPOCH";

    /// <summary>The date as texts have it (ISO 8601, UTC), or null.</summary>
    public string? DateText => Date?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The training options that say something, by sd-scripts' names; files by their names alone.</summary>
    public IReadOnlyDictionary<string, string> TrainingOptions => new SortedDictionary<string, string>(
        (Training with { NetworkWeights = NameOf(Training.NetworkWeights), Resume = NameOf(Training.Resume) }).ToOptions()
            .Where(option => option.Value.Length > 0)
            .ToDictionary(option => option.Key, option => option.Value),
        StringComparer.Ordinal);

    private static string? NameOf(string? file) => file is null ? null : Path.GetFileName(file);
}

/// <summary>A file of a release that is there already.</summary>
/// <param name="Name">Its path within the release, with forward slashes.</param>
/// <param name="Source">The file as it lies now.</param>
public sealed record ReleaseFile(string Name, string Source);
