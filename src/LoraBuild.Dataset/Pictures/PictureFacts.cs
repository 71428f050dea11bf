using System.Text.Json.Serialization;

namespace LoraBuild.Dataset.Pictures;

/// <summary>What a normalized picture's header says of it.</summary>
/// <param name="Id">The picture's id.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Hash">What it looks like: 16 hexadecimal digits.</param>
public sealed record PictureFacts(string Id, int Width, int Height, string Hash)
{
    /// <summary>Width times height.</summary>
    [JsonIgnore]
    public long Pixels => (long)Width * Height;
}
