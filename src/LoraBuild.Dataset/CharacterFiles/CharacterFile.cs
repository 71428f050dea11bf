using System.Text.RegularExpressions;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Base.Text;
using LoraBuild.Base.Yaml;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.CharacterFiles;

/// <summary>A character.yaml that was read, or everything that is wrong with it.</summary>
/// <param name="Character">The character; null where <paramref name="Diagnostics"/> holds an error.</param>
/// <param name="Diagnostics">All errors and warnings of the file, each with line and column, in the file's order.</param>
public sealed record CharacterFile(Character? Character, IReadOnlyList<Diagnostic> Diagnostics)
{
    private static readonly string[] Keys = ["trigger", "aliases", "features", "outfits", "edits", "tags", "hidden"];

    /// <summary>Reads a file. Bad content never throws: it is told in <see cref="Diagnostics"/>.</summary>
    /// <exception cref="LoraBuildException"><see cref="DiagnosticCode.CharacterFileMissing"/>;
    /// <see cref="DiagnosticCode.CannotRead"/>.</exception>
    public static CharacterFile Read(string path)
    {
        if (Directory.Exists(path))
            throw IrregularFile.At(path);
        if (!File.Exists(path))
            throw new LoraBuildException(
                DiagnosticCode.CharacterFileMissing,
                "The file does not exist. It says who the character is; a line 'trigger: her name' is enough to begin with.",
                path);
        try
        {
            return Parse(Utf8Text.Read(path, DiagnosticCode.YamlSyntax), path);
        }
        catch (LoraBuildException exception) when (exception.Diagnostic.Code == DiagnosticCode.YamlSyntax)
        {
            return new CharacterFile(null, [exception.Diagnostic]);
        }
    }

    /// <summary>Reads text; <paramref name="path"/> is named in diagnostics and not opened.</summary>
    public static CharacterFile Parse(string text, string path)
    {
        YamlNode root;
        try
        {
            root = YamlReader.Read(text, path) ?? new YamlScalar("", IsNull: true, 1, 1);
        }
        catch (LoraBuildException exception)
        {
            return new CharacterFile(null, [exception.Diagnostic]);
        }

        var values = new YamlValues(path);
        var character = ReadCharacter(root, values, path);
        var hasErrors = values.Diagnostics.Any(diagnostic => diagnostic.Severity == Severity.Error);
        return new CharacterFile(hasErrors ? null : character, values.Diagnostics);
    }

    // An unknown key was named already, with the one that was meant.
    private static bool IsMisspelt(string key, YamlNode root) =>
        root is YamlMapping mapping && mapping.Entries.Any(entry => Nearest.Of(entry.Key.Text, Keys) == key);

    private static Character ReadCharacter(YamlNode root, YamlValues values, string path)
    {
        var fields = values.Fields(root, "character.yaml", Keys);
        if (!fields.ContainsKey("trigger") && root is YamlMapping or YamlScalar { IsNull: true } && !IsMisspelt("trigger", root))
            values.Error(
                DiagnosticCode.MissingKey, root, "trigger is missing. Add 'trigger: her name'; it becomes the first tag of every caption.");

        var trigger = fields.TryGetValue("trigger", out var triggerNode) ? Trigger(triggerNode, values) : null;
        var outfits = Section("outfits").Select(entry => ReadOutfit(entry.Key, entry.Value, trigger, values)).ToArray();
        var edits = new EditReader(values, [.. outfits.Select(outfit => outfit.Name)]);
        var character = new Character(
            path,
            trigger ?? "",
            fields.TryGetValue("aliases", out var aliases) ? values.Tags(aliases, "aliases") : [],
            fields.TryGetValue("features", out var features) ? ReadFeatures(features, values) : FeatureRules.Default,
            outfits,
            [.. Section("edits").Select(entry => new PictureEdits(Pattern(entry.Key, values), edits.Steps(entry.Key, entry.Value)))],
            [.. Section("tags").Select(entry => new PictureTagEdit(Pattern(entry.Key, values), edits.TagEdit(entry.Value)))],
            [.. Section("hidden").Select(entry => new PictureHidden(Pattern(entry.Key, values), Hidden(entry.Key, entry.Value, values)))]);
        return character with { Places = PlacesOf(fields) };

        IReadOnlyList<(YamlScalar Key, YamlNode Value)> Section(string key) =>
            fields.TryGetValue(key, out var node) ? values.Entries(node, key) : [];
    }

    private static Dictionary<(string Key, string Text), (int Line, int Column)> PlacesOf(OrderedDictionary<string, YamlNode> fields)
    {
        var places = new Dictionary<(string Key, string Text), (int Line, int Column)>();
        if (fields.TryGetValue("aliases", out var aliases)) TagValues.AddPlaces(aliases, "aliases", places);
        foreach (var (section, key, value) in Nested("features", "outfits", "hidden"))
        {
            if (section == "features") TagValues.AddPlaces(value, $"features.{key.Text}", places, areTags: key.Text != "patterns");
            else if (section == "hidden") TagValues.AddPlaces(value, "hidden", places);
            else if (section == "outfits" && value is YamlMapping outfit)
                AddPlacesOf(outfit, $"outfits.{NormalText.Visible(key.Text).Trim()}");
        }

        return places;

        void AddPlacesOf(YamlMapping outfit, string key)
        {
            foreach (var (name, value) in outfit.Entries)
            {
                if (name.Text == "tags")
                    TagValues.AddPlaces(value, $"{key}.tags", places);
                else if (name.Text == "when" && value is YamlMapping when)
                    foreach (var (_, tags) in when.Entries)
                        TagValues.AddPlaces(tags, $"{key}.when", places);
            }
        }

        IEnumerable<(string Section, YamlScalar Key, YamlNode Value)> Nested(params string[] sections) =>
            from section in sections
            where fields.ContainsKey(section)
            let mapping = fields[section] as YamlMapping
            where mapping is not null
            from entry in mapping.Entries
            select (section, entry.Key, entry.Value);
    }

    private static FeatureRules ReadFeatures(YamlNode node, YamlValues values)
    {
        var fields = values.Fields(node, "features", "patterns", "tags", "keep", "defaults");
        var patterns = new List<string>();
        if (fields.TryGetValue("patterns", out var list))
        {
            foreach (var item in list is YamlScalar { IsNull: false } ? [list] : values.Items(list, "patterns", @"['[a-z\s]+ tattoo']"))
            {
                if (values.Text(item, "An entry of patterns") is not { } pattern) continue;
                try
                {
                    // By itself: what makes no sense alone might within other parentheses, and an author should read of no others.
                    _ = new Regex(pattern, RegexOptions.CultureInvariant);
                    if (patterns.Contains(pattern))
                        values.NoEffect(item, $"'{pattern}' stands twice in patterns. Remove one of them.");
                    else
                        patterns.Add(pattern);
                }
                catch (ArgumentException exception)
                {
                    values.Invalid(item, $"'{pattern}' is not a regular expression: {exception.Message}");
                }
            }
        }

        var tags = fields.TryGetValue("tags", out var tagsNode) ? values.TagsAt(tagsNode, "features.tags") : [];
        var keep = fields.TryGetValue("keep", out var keepNode) ? values.Tags(keepNode, "features.keep") : [];
        values.TellShared(tags, keep, "stands under features.tags and under features.keep, which goes before. Keep one of them.");
        return new FeatureRules(
            patterns,
            [.. tags.Select(entry => entry.Tag)],
            keep,
            !fields.TryGetValue("defaults", out var defaults) || values.Boolean(defaults, "defaults") != false);
    }

    private static Outfit ReadOutfit(YamlScalar key, YamlNode node, string? hers, YamlValues values)
    {
        var name = NormalText.Visible(values.Text(key, "The name of an outfit") ?? "").Trim();
        var what = $"outfit '{name}'";
        var fields = values.Fields(node, what, "trigger", "when", "tags");
        var tags = fields.TryGetValue("tags", out var list) ? values.Tags(list, $"tags of {what}") : [];
        if (list is null && node is YamlMapping or YamlScalar { IsNull: true })
            values.Error(DiagnosticCode.MissingKey, key, $"{what} has no tags. Add 'tags: [...]' with everything that she wears in it.");
        else if (list is YamlList { Items.Count: 0 } or YamlScalar { IsNull: true })
            values.Invalid(list, $"{what} has no tags. List everything that she wears in it.");

        var trigger = fields.TryGetValue("trigger", out var triggerNode) ? Trigger(triggerNode, values) : null;
        if (trigger is not null && Tag.Comparer.Equals(trigger, hers))
            values.NoEffect(triggerNode!, $"The trigger of {what} is the character's own, which every caption has. Give it another.");
        return new Outfit(
            name,
            tags,
            trigger,
            fields.TryGetValue("when", out var when) ? ReadCondition(when, what, values) : null,
            key.Line,
            key.Column);
    }

    private static OutfitCondition ReadCondition(YamlNode node, string what, YamlValues values)
    {
        var fields = values.Fields(node, $"'when' of {what}", "any", "all");
        var condition = new OutfitCondition(
            fields.TryGetValue("any", out var any) ? values.Tags(any, "any") : [],
            fields.TryGetValue("all", out var all) ? values.Tags(all, "all") : []);
        // Without a tag it would hold for every picture.
        var isEmpty = node is YamlMapping { Entries.Count: 0 } or YamlScalar { IsNull: true } || fields.Count > 0;
        if (isEmpty && condition.Any.Count + condition.All.Count == 0)
            values.Invalid(node, $"'when' of {what} names no tag. Write {{any: [...]}} or {{all: [...]}}, or leave 'when' away.");
        return condition;
    }

    private static IReadOnlyList<string> Hidden(YamlScalar key, YamlNode node, YamlValues values)
    {
        if (node is YamlScalar { IsNull: true } or YamlList { Items.Count: 0 })
            values.NoEffect(key, $"The entry '{key.Text}' of hidden has no effect: it names no tag.");
        return values.Tags(node, key.Text);
    }

    private static string? Trigger(YamlNode node, YamlValues values)
    {
        if (values.Text(node, "trigger") is not { } text) return null;
        if (Tag.IsWeighted(Tag.Normalize(text)))
        {
            values.Warning(
                DiagnosticCode.WeightsNotSet, node,
                $"Brackets weigh no trigger word: those of '{text}' would be learnt as text. Remove them; brackets of its own are written "
                + "\\( and \\).");
        }

        var trigger = Tag.NormalizeTrigger(text);
        if (trigger.Length > 0 && !trigger.Contains(',')) return trigger;
        values.Invalid(
            node,
            trigger.Length == 0
                ? "trigger must be a word: it has no character that can be seen."
                : "trigger must be a single tag: a comma would make it two.");
        return null;
    }

    private static PicturePattern Pattern(YamlScalar key, YamlValues values)
    {
        var text = NormalText.Compose(key.Text.Trim().Replace('\\', '/'));
        if (text.Length == 0 || text.StartsWith('/') || text.Contains(':') && Path.IsPathRooted(key.Text))
            values.Invalid(
                key, $"'{key.Text}' must be a path from the character's folder, such as images/high/smile.png or images/low/**.");
        return new PicturePattern(Plain(text), key.Line, key.Column);
    }

    // No file is opened by it: it is held against the names of pictures, which may lie beside the folder of a single character's file.
    private static string Plain(string path)
    {
        var segments = new List<string>();
        foreach (var segment in path.Split('/'))
        {
            if (segment == ".." && segments is [.., not ".." and not "**"])
                segments.RemoveAt(segments.Count - 1);
            else if (segment != ".")
                segments.Add(segment);
        }

        return string.Join('/', segments);
    }
}
