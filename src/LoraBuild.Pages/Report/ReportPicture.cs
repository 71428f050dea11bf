using LoraBuild.Dataset.Tags;

namespace LoraBuild.Pages.Report;

/// <summary>A picture in the report.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Source">The author's file, relative to the project.</param>
/// <param name="Character">Whose picture it is: a trigger word.</param>
/// <param name="Group">The folder of its group in the dataset.</param>
/// <param name="Outfit">The outfit that she wears, or null.</param>
/// <param name="OutfitReason">The reason for the outfit, or for having none.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Bucket">Its bucket, or null where it fits none.</param>
/// <param name="Raw">The tags before anything was done to them.</param>
/// <param name="Caption">The tags of the caption.</param>
/// <param name="Changes">The changes on the way, in order.</param>
/// <param name="Undecided">Parts of the outfit of which nothing told whether the picture shows them.</param>
public sealed record ReportPicture(
    string Id,
    string Source,
    string Character,
    string Group,
    string? Outfit,
    string OutfitReason,
    int Width,
    int Height,
    string? Bucket,
    IReadOnlyList<string> Raw,
    IReadOnlyList<string> Caption,
    IReadOnlyList<ReportChange> Changes,
    IReadOnlyList<string> Undecided);

/// <summary>A tag that came or went, and in which step.</summary>
public sealed record ReportChange(string Step, string Tag, TagChangeKind Kind, string Reason, string? By);
