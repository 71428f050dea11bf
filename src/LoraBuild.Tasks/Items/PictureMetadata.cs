namespace LoraBuild.Tasks.Items;

/// <summary>The metadata that an author may set on a picture item.</summary>
internal static class PictureMetadata
{
    /// <summary>The number of times that an epoch shows the picture, instead of its quality folder's number.</summary>
    public const string Repeats = "Repeats";

    /// <summary>The name of the outfit that she wears; <c>none</c> for no outfit.</summary>
    public const string Outfit = "Outfit";

    /// <summary>All of it.</summary>
    public static IReadOnlyList<string> All { get; } = [Repeats, Outfit];
}
