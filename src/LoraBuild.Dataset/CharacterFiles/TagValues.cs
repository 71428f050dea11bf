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

    /// <summary>The places of a value's texts: of a list each item's own, of one text its own.</summary>
    /// <param name="node">The value.</param>
    /// <param name="key">The key in the file.</param>
    /// <param name="places">The places so far.</param>
    /// <param name="areTags">True if the texts are tags, which are known in prompt form.</param>
    public static void AddPlaces(
        YamlNode node, string key, Dictionary<(string Key, string Text), (int Line, int Column)> places, bool areTags = true)
    {
        foreach (var scalar in node is YamlList list ? list.Items.OfType<YamlScalar>() : node is YamlScalar one ? [one] : [])
            foreach (var text in areTags ? TagList.Parse(scalar.Text) : [scalar.Text.Trim()])
                places.TryAdd((key, text), (scalar.Line, scalar.Column));
    }
}
