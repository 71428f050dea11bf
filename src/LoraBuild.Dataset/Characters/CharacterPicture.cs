using LoraBuild.Dataset.Edits;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Characters;

/// <summary>A picture file of a project, before edits.</summary>
/// <param name="Path">Its path with <c>/</c> between folders, relative to the character's folder, or to the project's where characters are
/// not told apart yet.</param>
/// <param name="Repeats">Item metadata as written, or null or empty where there is none: how often an epoch shows it, a whole number from
/// 1.</param>
/// <param name="Outfit">Item metadata, or null or empty where there is none: the outfit that she wears.</param>
public sealed record SourcePicture(string Path, string? Repeats = null, string? Outfit = null);

/// <summary>A picture to build: a source picture, or a part of one that is split.</summary>
/// <param name="Id">Its name in the dataset and in obj/: unique in the project whatever the file system thinks of case, made of letters,
/// digits, <c>-</c>, <c>_</c> and <c>.</c> only.</param>
/// <param name="Character">Whose picture it is: a character's trigger word.</param>
/// <param name="Source">The path of its source, as in <see cref="SourcePicture.Path"/>.</param>
/// <param name="Part">The name of the part, or null for a whole picture.</param>
/// <param name="Repeats">The number of times that an epoch shows it; at least 1.</param>
/// <param name="Edits">The edits of the source's pixels, in order.</param>
/// <param name="Outfit">The outfit that metadata, the split or a folder names, <see cref="Outfits.OutfitChooser.None"/>, or null: then tags
/// tell.</param>
/// <param name="TagFile">A tag file that replaces the tagger for this picture, as <see cref="SourcePicture.Path"/>, or null.</param>
/// <param name="TagEdits">The corrections of its raw tags, in order.</param>
/// <param name="Hidden">Parts of the outfit that it does not show.</param>
/// <param name="EditsAt">The place of its edits in character.yaml, for messages; null where it has none.</param>
public sealed record CharacterPicture(
    string Id,
    string Character,
    string Source,
    string? Part,
    int Repeats,
    IReadOnlyList<Edit> Edits,
    string? Outfit,
    string? TagFile,
    IReadOnlyList<TagEdit> TagEdits,
    IReadOnlyList<string> Hidden,
    string? EditsAt = null)
{
    /// <summary>The mask beside its source, as <see cref="SourcePicture.Path"/>, or null.</summary>
    public string? Mask { get; init; }
}
