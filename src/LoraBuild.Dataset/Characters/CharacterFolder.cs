namespace LoraBuild.Dataset.Characters;

/// <summary>A character of a project, and the folder that is hers: the one of her character.yaml, with her <c>images/</c>.</summary>
/// <param name="Character">The character.</param>
/// <param name="Path">The folder relative to the project's, with <c>/</c> between folders; empty where it is the project's own.</param>
public sealed record CharacterFolder(Character Character, string Path)
{
    /// <summary>Tells whether a file, by its path relative to the project's folder, lies in this one.</summary>
    public bool Contains(string path) =>
        Path.Length == 0 || (path.Length > Path.Length && path[Path.Length] == '/' && path.StartsWith(Path, StringComparison.Ordinal));

    /// <summary>A path relative to the project's folder as one relative to this folder, in which it lies.</summary>
    internal string Inside(string path) => Path.Length == 0 ? path : path[(Path.Length + 1)..];

    /// <summary>A path relative to this folder as one relative to the project's.</summary>
    internal string Outside(string path) => Path.Length == 0 ? path : $"{Path}/{path}";
}
