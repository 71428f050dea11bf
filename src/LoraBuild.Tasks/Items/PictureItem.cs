using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LoraBuild.Dataset.Characters;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace LoraBuild.Tasks.Items;

/// <summary>Picture items whose names may hold any character: <c>;</c>, <c>%20</c>, <c>$(</c>, <c>@</c> mean nothing special in them.</summary>
internal static class PictureItem
{
    private const string Special = "%*?@$();'";

    /// <summary>An item for a file of exactly this name.</summary>
    public static ITaskItem Create(string path) => new TaskItem(Escape(path));

    /// <summary>The same picture at another place: a new item with this one's metadata.</summary>
    public static ITaskItem At(this ITaskItem item, string path)
    {
        var moved = Create(path);
        item.CopyMetadataTo(moved);
        return moved;
    }

    /// <summary>The picture's id.</summary>
    public static string Id(this ITaskItem item) => item.GetMetadata(PictureMetadata.Id);

    /// <summary>A list in JSON from metadata.</summary>
    public static IReadOnlyList<T> ListOf<T>(ITaskItem item, string name, Func<CharacterJson, JsonTypeInfo<IReadOnlyList<T>>> type) =>
        // Most lists are empty, and the serializer takes its time to start, even if only asked for a type.
        item.GetMetadata(name) is { } json && json is not ("" or "[]") ? JsonSerializer.Deserialize(json, type(CharacterJson.Default)) ?? [] : [];

    /// <summary>Sets metadata to exactly this text.</summary>
    public static void SetLiteral(this ITaskItem item, string name, string value) =>
        ((ITaskItem2)item).SetMetadataValueLiteral(name, value);

    private static string Escape(string text)
    {
        if (text.AsSpan().IndexOfAny(Special) < 0)
            return text;
        var escaped = new StringBuilder();
        foreach (var c in text)
        {
            if (Special.Contains(c, StringComparison.Ordinal))
                escaped.Append(CultureInfo.InvariantCulture, $"%{(int)c:x2}");
            else
                escaped.Append(c);
        }

        return escaped.ToString();
    }
}
