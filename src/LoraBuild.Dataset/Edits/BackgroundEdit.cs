using System.Text.Json.Serialization;

namespace LoraBuild.Dataset.Edits;

/// <summary>
/// Puts the opaque colour <paramref name="To"/> (0xRRGGBB) behind the figure. The background is what the project's segmentation model says,
/// where it has one and <paramref name="ByFlood"/> does not forbid it; else every pixel that is connected to the border through pixels of
/// the border's most frequent colour.
/// </summary>
/// <param name="To">The new colour.</param>
/// <param name="Tolerance">The distance that a channel may have from the border's colour, 0..255.</param>
/// <param name="Edge">The width of the figure's soft outline, in pixels: so far in, the old background's share of a pixel is exchanged for
/// the new one's.</param>
/// <param name="ByFlood">Never ask a model.</param>
public sealed record BackgroundEdit(int To, int Tolerance, int Edge, bool ByFlood) : Edit
{
    /// <summary>True if the author asks for the model. Where the project has none, the edit is another one than is meant.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ByModel { get; init; }
}
