using LoraBuild.Base.Yaml;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.CharacterFiles;

/// <summary>Takes tags out of YAML nodes.</summary>
internal static class TagValues
{
    /// <summary>One tag in prompt form; null where the node is another value, which is recorded.</summary>
    /// <param name="values">The file's values, which record what is wrong.</param>
    /// <param name="node">The value.</param>
    /// <param name="what">The value's name in a message.</param>
    public static string? OneTag(this YamlValues values, YamlNode node, string what)
    {
        if (values.Text(node, what) is not { } text) return null;
        if (TagList.Parse(text) is [var tag]) return tag;
        values.Invalid(node, $"{what} must be a single tag.");
        return null;
    }

    /// <summary>Tags in prompt form: a list, or a text with commas. Repetitions are dropped.</summary>
    /// <param name="values">The file's values, which record what is wrong.</param>
    /// <param name="node">The value.</param>
    /// <param name="what">The value's name in a message.</param>
    public static IReadOnlyList<string> Tags(this YamlValues values, YamlNode node, string what)
    {
        if (node is YamlScalar { IsNull: false } scalar) return Distinct(TagList.Parse(scalar.Text));
        return Distinct(
            values.Items(node, what, "[long sleeves, belt]").Select(item => values.OneTag(item, $"An entry of {what}")).OfType<string>());

        static string[] Distinct(IEnumerable<string> tags) => [.. tags.Distinct(Tag.Comparer)];
    }
}
