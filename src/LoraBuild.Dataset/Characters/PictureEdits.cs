using LoraBuild.Dataset.Edits;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Characters;

/// <summary>An entry of <c>edits:</c>.</summary>
/// <param name="Pictures">The pictures that this is for.</param>
/// <param name="Steps">The edits of them, in order.</param>
public sealed record PictureEdits(PicturePattern Pictures, IReadOnlyList<EditStep> Steps);

/// <summary>An entry of <c>tags:</c>.</summary>
/// <param name="Pictures">The pictures that this is for.</param>
/// <param name="Edit">The corrections of their raw tags.</param>
public sealed record PictureTagEdit(PicturePattern Pictures, TagEdit Edit);

/// <summary>An entry of <c>hidden:</c>.</summary>
/// <param name="Pictures">The pictures that this is for.</param>
/// <param name="Tags">Parts of the outfit that they do not show.</param>
public sealed record PictureHidden(PicturePattern Pictures, IReadOnlyList<string> Tags);

/// <summary>One step of a picture's edits.</summary>
public abstract record EditStep;

/// <summary>An edit of the whole picture, or of every part if a split came before.</summary>
public sealed record ApplyStep(Edit Edit) : EditStep;

/// <summary>Makes a picture of each part. Steps that follow apply to each of them, in the part's own coordinates.</summary>
public sealed record SplitStep(IReadOnlyList<SplitPart> Parts) : EditStep;

/// <summary>One part of a split.</summary>
/// <param name="Name">Its name, unique within the split; the new picture's name ends with it.</param>
/// <param name="Area">The part's area of the picture.</param>
/// <param name="Outfit">The outfit that she wears in this part, or null for what holds for the picture.</param>
/// <param name="Repeats">The number of times that an epoch shows this part, or null for the picture's own number.</param>
/// <param name="Tags">The corrections of the part's raw tags, after the picture's own, or null.</param>
/// <param name="Hidden">Parts of the outfit that it does not show, besides those of the picture; null for none.</param>
public sealed record SplitPart(
    string Name,
    Rectangle Area,
    string? Outfit = null,
    int? Repeats = null,
    TagEdit? Tags = null,
    IReadOnlyList<string>? Hidden = null);
