using System.Text.Json;
using LoraBuild.Base.Files;

namespace LoraBuild.Dataset.Pictures;

/// <summary>What FindDuplicates found, as it is kept for the next build and for the report.</summary>
/// <param name="Pictures">Size and hash of every picture.</param>
/// <param name="Duplicates">The pictures that look like another one.</param>
public sealed record PictureLikenesses(IReadOnlyList<PictureFacts> Pictures, IReadOnlyList<NearDuplicate> Duplicates)
{
    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static PictureLikenesses Read(string path) => JsonSerializer.Deserialize<PictureLikenesses>(File.ReadAllBytes(path))!;

    /// <summary>Writes a file.</summary>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB6001: it cannot be written.</exception>
    public void Write(string path) => AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, this));
}
