using System.Text.Json.Serialization;

namespace LoraBuild.Dataset.Edits;

/// <summary>The sides that a flip exchanges.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FlipDirection>))]
public enum FlipDirection
{
    /// <summary>Left and right.</summary>
    Horizontal,

    /// <summary>Top and bottom.</summary>
    Vertical,
}

/// <summary>Mirrors the picture.</summary>
public sealed record FlipEdit(FlipDirection Direction) : Edit;
