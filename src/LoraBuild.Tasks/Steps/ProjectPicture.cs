using System.Text.Json;
using LoraBuild.Base.Hashing;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Edits;
using LoraBuild.Dataset.Pictures;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Tasks.Steps;

/// <summary>A picture on its way through the steps, with all that is said of it.</summary>
/// <param name="Id">Its name in the dataset and in obj/.</param>
/// <param name="Source">The author's file, relative to the project, for messages and the manifest.</param>
/// <param name="SourcePath">The file that it is normalized from, absolute.</param>
/// <param name="Repeats">The number of times that an epoch shows it; at least 1.</param>
internal sealed record ProjectPicture(string Id, string Source, string SourcePath, int Repeats)
{
    // Most pictures have no edits of either kind, and a serializer takes its time to start.
    private const string None = "[]";

    /// <summary>The trigger word of the character that it is of; empty for a regularisation image.</summary>
    public string Character { get; init; } = "";

    /// <summary>The part of a split that it is, or null.</summary>
    public string? Part { get; init; }

    /// <summary>The edits of its pixels, in order.</summary>
    public IReadOnlyList<Edit> Edits { get; init; } = [];

    /// <summary>The place of the edits in character.yaml, for messages; or null.</summary>
    public string? EditsAt { get; init; }

    /// <summary>The outfit that metadata, the split or a folder names, or null.</summary>
    public string? Outfit { get; init; }

    /// <summary>The tag file that replaces the tagger, absolute, or null.</summary>
    public string? TagFile { get; init; }

    /// <summary>The mask beside its source, absolute, or null.</summary>
    public string? Mask { get; init; }

    /// <summary>The corrections of its raw tags, in order.</summary>
    public IReadOnlyList<TagEdit> TagEdits { get; init; } = [];

    /// <summary>Parts of the outfit that it does not show.</summary>
    public IReadOnlyList<string> Hidden { get; init; } = [];

    /// <summary>Of a regularisation image: her class, such as <c>girl</c>; else null.</summary>
    public string? Class { get; init; }

    /// <summary>Of a regularisation image: its caption.</summary>
    public string Caption { get; init; } = "";

    /// <summary>The normalized PNG.</summary>
    public string File { get; init; } = "";

    /// <summary>The hash of the normalized PNG.</summary>
    public ContentHash Content { get; init; }

    /// <summary>Size and perceptual hash of the normalized PNG.</summary>
    public PictureFacts Facts { get; init; } = new("", 0, 0, "");

    /// <summary>The file with the taggers' scores, or null where a tag file replaces them.</summary>
    public string? Scores { get; init; }

    /// <summary><see cref="Edits"/> for keys.</summary>
    public string EditsText => Edits.Count == 0 ? None : JsonSerializer.Serialize(Edits, CharacterJson.Default.IReadOnlyListEdit);

    /// <summary><see cref="TagEdits"/> for keys.</summary>
    public string TagEditsText =>
        TagEdits.Count == 0 ? None : JsonSerializer.Serialize(TagEdits, CharacterJson.Default.IReadOnlyListTagEdit);

    /// <summary><see cref="Hidden"/> for keys.</summary>
    public string HiddenText => Hidden.Count == 0 ? None : JsonSerializer.Serialize(Hidden, CharacterJson.Default.IReadOnlyListString);

    /// <summary>A picture of a character.</summary>
    /// <param name="picture">All that was said of it.</param>
    /// <param name="root">The folder that its paths are relative to.</param>
    public static ProjectPicture Of(
        CharacterPicture picture, string root) => new(picture.Id, picture.Source, Path.Combine(root, picture.Source), picture.Repeats)
    {
        Character = picture.Character,
        Part = picture.Part,
        Edits = picture.Edits,
        EditsAt = picture.EditsAt,
        Outfit = picture.Outfit,
        TagFile = picture.TagFile is null ? null : Path.Combine(root, picture.TagFile),
        Mask = picture.Mask is null ? null : Path.Combine(root, picture.Mask),
        TagEdits = picture.TagEdits,
        Hidden = picture.Hidden,
    };
}
