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

    /// <summary>Tags in prompt form: a list, or a text with commas. Repetitions are dropped, and told.</summary>
    /// <param name="values">The file's values, which record what is wrong.</param>
    /// <param name="node">The value.</param>
    /// <param name="what">The value's name in a message.</param>
    public static IReadOnlyList<string> Tags(this YamlValues values, YamlNode node, string what) =>
        [.. values.TagsAt(node, what).Select(entry => entry.Tag)];

    /// <summary>The same, each with the node that it stands in.</summary>
    public static IReadOnlyList<(string Tag, YamlNode At)> TagsAt(this YamlValues values, YamlNode node, string what)
    {
        var written = node is YamlScalar { IsNull: false } scalar
            ? TagList.Parse(scalar.Text).Select(tag => (tag, node))
            : from item in values.Items(node, what, "[long sleeves, belt]")
              let tag = values.OneTag(item, $"An entry of {what}")
              where tag is not null
              select (tag, item);
        var tags = new List<(string Tag, YamlNode At)>();
        var firsts = new Dictionary<string, YamlNode>(Tag.Comparer);
        foreach (var (tag, at) in written)
        {
            if (firsts.TryAdd(tag, at))
                tags.Add((tag, at));
            else
                values.NoEffect(at, $"'{tag}' stands twice in {what}, first in line {firsts[tag].Line}. Remove one of them.");
        }

        return tags;
    }

    /// <summary>Records that tags of one list have no effect beside another one.</summary>
    /// <param name="values">The file's values.</param>
    /// <param name="tags">The list.</param>
    /// <param name="others">The other one.</param>
    /// <param name="reason">The reason, as the end of a sentence that begins with the tag.</param>
    public static void TellShared(
        this YamlValues values, IReadOnlyList<(string Tag, YamlNode At)> tags, IEnumerable<string> others, string reason)
    {
        var shared = others.ToHashSet(Tag.Comparer);
        foreach (var (tag, at) in tags.Where(entry => shared.Contains(entry.Tag)))
            values.NoEffect(at, $"'{tag}' {reason}");
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
