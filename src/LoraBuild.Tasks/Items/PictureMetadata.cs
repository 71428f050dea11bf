namespace LoraBuild.Tasks.Items;

/// <summary>The metadata of picture items: what an author may set, and what the steps add.</summary>
internal static class PictureMetadata
{
    /// <summary>By the author: how often an epoch shows the picture, instead of its quality folder's number.</summary>
    public const string Repeats = "Repeats";

    /// <summary>By the author: the name of the outfit that she wears; <c>none</c> for no outfit.</summary>
    public const string Outfit = "Outfit";

    /// <summary>The picture's id: its name in the dataset.</summary>
    public const string Id = "Id";

    /// <summary>Whose picture it is: a character's trigger word.</summary>
    public const string Character = "Character";

    /// <summary>The author's file, relative to the project.</summary>
    public const string Source = "Source";

    /// <summary>The author's file, absolute.</summary>
    public const string SourcePath = "SourcePath";

    /// <summary>The part of a split that the picture is, or empty.</summary>
    public const string Part = "Part";

    /// <summary>The edits, as JSON.</summary>
    public const string Edits = "Edits";

    /// <summary>Where in character.yaml the edits stand, or empty.</summary>
    public const string EditsAt = "EditsAt";

    /// <summary>The tag file beside the picture, or empty.</summary>
    public const string TagFile = "TagFile";

    /// <summary>The file with the tagger's scores, or empty where a tag file replaces them.</summary>
    public const string Scores = "Scores";

    /// <summary>What character.yaml says of this picture's tags, as JSON.</summary>
    public const string TagEdits = "TagEdits";

    /// <summary>Parts of the outfit that the picture does not show, as JSON.</summary>
    public const string Hidden = "Hidden";

    /// <summary>Of a regularisation image: her class, such as <c>girl</c>.</summary>
    public const string Class = "Class";

    /// <summary>Of a regularisation image: its caption.</summary>
    public const string Caption = "Caption";

    /// <summary>What FindDuplicates lets through has of these.</summary>
    public static IReadOnlyList<string> All { get; } = [Id, Character, Source, SourcePath, Part, Repeats, Edits, Outfit, TagFile, TagEdits, Hidden];

    /// <summary>What an author may set on a CharacterImage.</summary>
    public static IReadOnlyList<string> Settable { get; } = [Repeats, Outfit];
}
