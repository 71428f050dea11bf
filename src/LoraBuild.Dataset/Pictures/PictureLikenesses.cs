using System.Text.Json.Serialization;
using System.Text.Json;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;

namespace LoraBuild.Dataset.Pictures;

/// <summary>FindDuplicates' findings, as they are kept for the next build and for the report.</summary>
/// <param name="Pictures">Size and hash of every picture.</param>
/// <param name="Duplicates">The pictures that look like another one.</param>
public sealed record PictureLikenesses(IReadOnlyList<PictureFacts> Pictures, IReadOnlyList<NearDuplicate> Duplicates)
{
    /// <summary>Reads the pictures that look like another one.</summary>
    /// <exception cref="LoraBuildException">LB6004: the file is damaged or cannot be read.</exception>
    public static IReadOnlyList<NearDuplicate> ReadDuplicates(string path)
    {
        try
        {
            // Most often there are none, which the file says at its end.
            var text = WholeFile.ReadBytes(path);
            return text.AsSpan().EndsWith("\"Duplicates\":[]}"u8)
                ? []
                : JsonSerializer.Deserialize(text, LikenessJson.Default.PictureLikenesses)?.Duplicates
                    ?? throw new JsonException("It is empty.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException || BadInput.IsCause(e))
        {
            throw new LoraBuildException(
                DiagnosticCode.CannotRead, $"Cannot read what pictures look like: {e.Message} Delete the file and build again.", path,
                innerException: e);
        }
    }

    /// <summary>Writes a file.</summary>
    /// <exception cref="LoraBuildException">LB6001: it cannot be written.</exception>
    public void Write(string path) =>
        AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, this, LikenessJson.Default.PictureLikenesses));
}

/// <summary>The JSON of likenesses, compiled with the program.</summary>
[JsonSerializable(typeof(PictureLikenesses))]
internal sealed partial class LikenessJson : JsonSerializerContext;
