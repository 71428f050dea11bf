using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;

namespace LoraBuild.Pages.Releases;

/// <summary>
/// The content of <c>provenance.json</c>: what a release was made from, with what and how, and the hash of each of its files.
/// </summary>
/// <param name="Name">The LoRA's name.</param>
/// <param name="Date">When it was made, where that is to be said.</param>
/// <param name="Tools">Name and version of each tool.</param>
/// <param name="BaseModel">The base model's files, with SHA-256.</param>
/// <param name="Inputs">Every file that the build read, with SHA-256.</param>
/// <param name="Settings">The settings of the steps before the training.</param>
/// <param name="Training">The training options, by sd-scripts' names.</param>
/// <param name="Files">The release's files but this one, with SHA-256.</param>
public sealed record Provenance(
    string Name,
    string? Date,
    IReadOnlyDictionary<string, string> Tools,
    IReadOnlyList<Provenance.HashedFile> BaseModel,
    IReadOnlyList<Provenance.HashedFile> Inputs,
    IReadOnlyDictionary<string, string> Settings,
    IReadOnlyDictionary<string, string> Training,
    IReadOnlyList<Provenance.HashedFile> Files)
{
    /// <summary>Its name within the release.</summary>
    public const string FileName = "provenance.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
    };

    /// <summary>A file by its name and hash.</summary>
    /// <param name="File">Its name.</param>
    /// <param name="Sha256">SHA-256 of its bytes, lower-case hexadecimal.</param>
    public sealed record HashedFile(string File, string Sha256)
    {
        internal static IReadOnlyList<HashedFile> Of(IEnumerable<ReleaseInput> inputs) =>
            [.. inputs.Select(input => new HashedFile(input.Name, input.Sha256.ToString()))];
    }

    /// <summary>The provenance of a release with these files.</summary>
    public static Provenance Of(Release release, IEnumerable<ReleaseInput> files) => new(
        release.Name,
        release.DateText,
        new SortedDictionary<string, string>(release.Tools.ToDictionary(), StringComparer.Ordinal),
        HashedFile.Of(release.BaseModel),
        HashedFile.Of(release.Inputs),
        new SortedDictionary<string, string>(release.Settings.ToDictionary(), StringComparer.Ordinal),
        release.TrainingOptions,
        HashedFile.Of(files));

    /// <summary>Reads the provenance of a release folder; null where it has none, or a damaged one.</summary>
    public static Provenance? TryRead(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize<Provenance>(WholeFile.ReadBytes(Path.Combine(folder, FileName)), Json);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException || BadInput.IsCause(e))
        {
            return null;
        }
    }

    /// <summary>The bytes of a <c>provenance.json</c>.</summary>
    public byte[] Serialize() => [.. JsonSerializer.SerializeToUtf8Bytes(this, Json), (byte)'\n'];
}
