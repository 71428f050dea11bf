using System.Text.Encodings.Web;
using System.Text.Json;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Settings.Sampling;

namespace LoraBuild.Protocol.Previews;

/// <summary>All previews of a training: a row for each moment, in its order, a picture for each prompt.</summary>
/// <param name="Prompts">The prompts that were drawn.</param>
/// <param name="Rows">When.</param>
public sealed record PreviewSheet(IReadOnlyList<PictureRequest> Prompts, IReadOnlyList<PreviewRow> Rows)
{
    /// <summary>The name of the folder of a training's previews.</summary>
    public const string FolderName = "samples";

    /// <summary>The sheet's file name, beside the pictures.</summary>
    public const string FileName = "samples.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Every file of the sheet, itself included.</summary>
    public IEnumerable<string> Files => [FileName, .. Rows.SelectMany(row => row.Pictures.Append(row.Grid).Select(file => file.Name))];

    /// <summary>Reads the sheet of a folder; null where it has none, or a damaged one.</summary>
    public static PreviewSheet? TryRead(string folder)
    {
        try
        {
            var sheet = JsonSerializer.Deserialize<PreviewSheet>(WholeFile.ReadBytes(Path.Combine(folder, FileName)), Json);
            return sheet?.Files.All(name => InnerPath.NameFault(name) is null) == true ? sheet : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException || BadInput.IsCause(e))
        {
            return null;
        }
    }

    /// <summary>Writes the sheet beside its pictures.</summary>
    /// <exception cref="LoraBuildException">LB6001: it cannot be written.</exception>
    public void Write(string folder) =>
        AtomicFile.Write(Path.Combine(folder, FileName), stream => JsonSerializer.Serialize(stream, this, Json));
}

/// <summary>The previews of one moment.</summary>
/// <param name="Moment">When they were drawn.</param>
/// <param name="Pictures">One for each prompt.</param>
/// <param name="Grid">All of them on one sheet.</param>
public sealed record PreviewRow(PreviewMoment Moment, IReadOnlyList<PreviewFile> Pictures, PreviewFile Grid);

/// <summary>A preview on disk.</summary>
/// <param name="Name">Its file name.</param>
/// <param name="Sha256">The SHA-256 of its bytes, in hexadecimal digits.</param>
public sealed record PreviewFile(string Name, string Sha256);

/// <summary>When previews are drawn.</summary>
/// <param name="Steps">Steps done.</param>
/// <param name="Epoch">The epoch that just ended, from 1, or 0 before the first step; null where they are drawn by steps.</param>
public sealed record PreviewMoment(int Steps, int? Epoch);
