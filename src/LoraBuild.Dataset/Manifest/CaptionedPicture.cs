using LoraBuild.Base.Hashing;
using LoraBuild.Dataset.Pictures;

namespace LoraBuild.Dataset.Manifest;

/// <summary>A picture that is ready for the dataset.</summary>
/// <param name="Id">Its name in the dataset, without extension.</param>
/// <param name="Trigger">The trigger word of the character that it is of.</param>
/// <param name="Png">The normalized PNG.</param>
/// <param name="Content">The hash of the PNG.</param>
/// <param name="Facts">Its size.</param>
/// <param name="Caption">Its caption.</param>
/// <param name="Repeats">The number of times that an epoch shows it.</param>
/// <param name="Source">The author's file, relative to the project.</param>
/// <param name="Outfit">The outfit that she wears, or null.</param>
public sealed record CaptionedPicture(
    string Id, string Trigger, string Png, ContentHash Content, PictureFacts Facts, string Caption, int Repeats, string Source,
    string? Outfit);
