using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LoraBuild.Base.Files;
using LoraBuild.Base.Text;
using LoraBuild.Dataset.Characters;

namespace LoraBuild.Dataset.CharacterFiles;

/// <summary>
/// Names pictures after their files. A name is as short as it can be and depends on other pictures only where they would have the same one:
/// then each of them gets its folder, then its extension, and at last a hash of its path into its name.
/// </summary>
internal static class PictureNames
{
    // File systems allow 255 bytes for a name; suffixes such as .tags.json and .lora-tmp need room.
    private const int MostBytes = 140;
    private const int MostDetail = 3;

    private static readonly SearchValues<char> UsualCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    /// <summary>The pictures, in the same order, with a name each.</summary>
    public static IReadOnlyList<CharacterPicture> Give(IReadOnlyList<CharacterPicture> pictures)
    {
        var names = Of([.. pictures.Select(picture => (picture.Source, picture.Part))]);
        return [.. pictures.Select((picture, index) => picture with { Id = names[index] })];
    }

    /// <summary>A name for each picture, in the same order, no two the same without regard to case.</summary>
    /// <param name="pictures">Path of the source and name of the part, no pair twice.</param>
    public static string[] Of(IReadOnlyList<(string Source, string? Part)> pictures)
    {
        var detail = new int[pictures.Count];
        while (true)
        {
            var names = pictures.Select((picture, index) => Name(picture.Source, picture.Part, detail[index])).ToArray();
            // Most often they are.
            if (names.ToHashSet(StringComparer.OrdinalIgnoreCase).Count == names.Length)
                return names;
            var clashes = Enumerable.Range(0, names.Length)
                .GroupBy(index => names[index], StringComparer.OrdinalIgnoreCase)
                .Where(group => group.Skip(1).Any())
                .SelectMany(group => group)
                .Where(index => detail[index] < MostDetail)
                .ToArray();
            if (clashes.Length == 0) return names;
            foreach (var index in clashes) detail[index]++;
        }
    }

    private static string Name(string source, string? part, int detail)
    {
        var slash = source.LastIndexOf('/');
        var file = source[(slash + 1)..];
        var dot = file.LastIndexOf('.');
        var stem = dot > 0 ? file[..dot] : file;
        var name = new StringBuilder();
        if (detail >= 1 && slash > 0) name.Append(WithoutRoot(source[..slash]).Replace('/', '-')).Append('-');
        name.Append(stem);
        if (detail >= 2 && dot > 0) name.Append('-').Append(file.AsSpan(dot + 1));
        if (part is not null) name.Append('-').Append(part);
        var safe = Safe(NormalText.Compose(name.ToString()));
        return detail >= MostDetail || Encoding.UTF8.GetByteCount(safe) > MostBytes ? $"{Cut(safe)}-{Hash(source, part)}" : safe;
    }

    private static string WithoutRoot(string folder) =>
        folder.StartsWith("images/", StringComparison.Ordinal) ? folder["images/".Length..] : folder;

    private static string Safe(string name)
    {
        var safe = (name.AsSpan().ContainsAnyExcept(UsualCharacters)
            ? string.Concat(name.Select(character => IsSafe(character) ? character : '_'))
            : name).Trim('.');
        // What is a device's name on some system, such as con, is no file's.
        return safe.Length > 0 && !InnerPath.IsDevice(safe) ? safe : "_" + safe;
    }

    // MSBuild, shells and file systems give every other character a meaning of its own somewhere.
    private static bool IsSafe(char character) =>
        character is '-' or '_' or '.'
        || char.IsLetterOrDigit(character)
        || char.GetUnicodeCategory(character) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    private static string Cut(string name)
    {
        while (Encoding.UTF8.GetByteCount(name) > MostBytes) name = name[..^1];
        return name;
    }

    private static string Hash(string source, string? part) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{source}\n{part}")).AsSpan(0, 4));
}
