using System.Text.Json;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;

namespace LoraBuild.Dataset.Manifest;

/// <summary>Reads and writes <c>dataset.json</c>.</summary>
public static class DatasetFile
{
    /// <summary>The manifest's name within the dataset folder.</summary>
    public const string Name = "dataset.json";

    /// <summary>Reads the manifest of a dataset folder.</summary>
    /// <exception cref="LoraBuildException">LB6004: it is missing or damaged.</exception>
    public static DatasetManifest Read(string folder)
    {
        var path = Path.Combine(folder, Name);
        try
        {
            var manifest = JsonSerializer.Deserialize(WholeFile.ReadBytes(path), DatasetJson.Relaxed.DatasetManifest)
                ?? throw new JsonException("It is empty.");
            return FaultIn(manifest) is { } name ? throw new JsonException($"'{name}' is no name within the dataset.") : manifest;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException || BadInput.IsCause(e))
        {
            throw new LoraBuildException(
                DiagnosticCode.CannotRead, $"Cannot read the dataset's manifest: {e.Message} Build the project again.", path,
                innerException: e);
        }
    }

    private static string? FaultIn(DatasetManifest manifest) =>
        manifest.Groups.Select(group => group.Folder).FirstOrDefault(folder => InnerPath.PathFault(folder) is not null)
            ?? manifest.Groups.SelectMany(group => group.Pictures).Select(picture => picture.File)
                .FirstOrDefault(file => InnerPath.NameFault(file) is not null);

    /// <summary>The manifest as the bytes of a <c>dataset.json</c>.</summary>
    public static byte[] Serialize(DatasetManifest manifest) =>
        JsonSerializer.SerializeToUtf8Bytes(manifest, DatasetJson.Relaxed.DatasetManifest);
}
