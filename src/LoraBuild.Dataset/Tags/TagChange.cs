using System.Text.Json.Serialization;

namespace LoraBuild.Dataset.Tags;

/// <summary>The kind of change that a step made to a tag.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TagChangeKind>))]
public enum TagChangeKind
{
    /// <summary>The tag is new in the list.</summary>
    Added,

    /// <summary>The tag left the list.</summary>
    Removed,

    /// <summary>The tag left the list, and <see cref="TagChange.By"/> stands for it.</summary>
    Replaced,
}

/// <summary>One change to a picture's tags, with the reason that a report shows.</summary>
/// <param name="Tag">The tag that came or went.</param>
/// <param name="Kind">The kind of the change.</param>
/// <param name="Reason">Why, in a few words.</param>
/// <param name="By">The tag that made this one superfluous or took its place, where there is one.</param>
public sealed record TagChange(string Tag, TagChangeKind Kind, string Reason, string? By = null);
