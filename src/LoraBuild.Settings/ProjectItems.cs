using System.Collections.Frozen;
using System.Xml;
using System.Xml.Linq;
using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Settings;

/// <summary>The items that a character project may have, and what in its file looks like a setting and is none.</summary>
public static class ProjectItems
{
    private static readonly FrozenDictionary<string, string[]> MetadataByItem = new Dictionary<string, string[]>(
        StringComparer.OrdinalIgnoreCase)
    {
        ["Character"] = [],
        ["CharacterImage"] = ["Repeats", "Outfit"],
        ["LoraRegularizationImage"] = ["Repeats"],
        ["Tagger"] = ["Model", "Sha256", "Labels", "LabelsSha256", "Threshold", "CharacterThreshold"],
        ["PersonDetector"] = ["Sha256"],
        ["BackgroundModel"] = ["Sha256"],
        ["LoraToMerge"] = ["Strength"],
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    // MSBuild's own attributes, and the metadata that its globs and links use.
    private static readonly FrozenSet<string> OfMSBuild = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "Include", "Exclude", "Remove", "Update", "Condition", "Label", "KeepDuplicates", "KeepMetadata", "RemoveMetadata",
        "MatchOnMetadata", "MatchOnMetadataOptions",
        "Visible", "Link", "InProject");

    /// <summary>The metadata of each item that means something.</summary>
    public static IReadOnlyDictionary<string, string[]> Metadata => MetadataByItem;

    /// <summary>
    /// LB5008 for items and metadata of a project file that mean nothing, for properties that are named as sd-scripts' options, with its
    /// own name or without <c>Lora</c> before it, and that nothing in the file uses, and for properties that the file sets again.
    /// </summary>
    /// <param name="projectFile">The project file, which MSBuild has read.</param>
    public static IEnumerable<Diagnostic> FindWithoutEffect(string projectFile)
    {
        var project = XDocument.Load(projectFile, LoadOptions.SetLineInfo);
        foreach (var item in Below(project, "ItemGroup"))
        {
            if (!MetadataByItem.TryGetValue(item.Name.LocalName, out var known))
            {
                if (Nearest.Of(item.Name.LocalName, MetadataByItem.Keys) is { } meant)
                    yield return Told(item, $"No step reads items '{item.Name.LocalName}'. Did you mean '{meant}'?");
                else if (item.Name.LocalName.StartsWith("Lora", StringComparison.Ordinal))
                    yield return Told(
                        item,
                        $"No step reads items '{item.Name.LocalName}'. Items are "
                        + $"{string.Join(", ", MetadataByItem.Keys.Order(StringComparer.Ordinal))}.");
                continue;
            }

            var written = item.Attributes().Select(attribute => (attribute.Name.LocalName, Place: (XObject)attribute))
                .Concat(item.Elements().Select(element => (element.Name.LocalName, Place: (XObject)element)));
            foreach (var (name, place) in written.Where(
                entry => !OfMSBuild.Contains(entry.LocalName) && !known.Contains(entry.LocalName, StringComparer.OrdinalIgnoreCase)))
            {
                var names = known.Length == 0 ? "It has none." : $"There is {string.Join(", ", known)}.";
                yield return Told(
                    place, $"Metadata '{name}' of {item.Name.LocalName} has no effect.{Nearest.Suggest(name, known)} {names}");
            }
        }

        var text = project.ToString();
        foreach (var property in Below(project, "PropertyGroup"))
        {
            var name = property.Name.LocalName;
            if ((Options.Find($"Lora{name}") ?? Options.FindName(name.ToLowerInvariant())) is { } option
                && !text.Contains($"$({name}", StringComparison.OrdinalIgnoreCase))
                yield return Told(property, $"The property '{name}' has no effect. Did you mean '{option}'?");
        }

        foreach (var (property, later) in SetAgain(project, text))
        {
            yield return Told(
                property,
                $"{property.Name.LocalName} has no effect here: line {((IXmlLineInfo)later).LineNumber} sets it again, and the last one "
                + "counts. Remove one of them.");
        }

        Diagnostic Told(XObject place, string message) => new(
            DiagnosticCode.SettingWithoutEffect, Severity.Warning, message, projectFile, ((IXmlLineInfo)place).LineNumber,
            ((IXmlLineInfo)place).LinePosition);
    }

    /// <summary>The place of the last item of a kind that includes a file or pattern; (0, 0) where none does as it stands.</summary>
    /// <param name="projectFile">The project file.</param>
    /// <param name="kind">The kind of item.</param>
    /// <param name="include">The file or pattern.</param>
    public static (int Line, int Column) PlaceOf(string projectFile, string kind, string include)
    {
        IXmlLineInfo? place = Below(XDocument.Load(projectFile, LoadOptions.SetLineInfo), "ItemGroup")
            .Where(item => item.Name.LocalName.Equals(kind, StringComparison.OrdinalIgnoreCase))
            .SelectMany(item => item.Attributes("Include"))
            .LastOrDefault(attribute => attribute.Value.Split(';', StringSplitOptions.TrimEntries).Contains(include));
        return place is null ? default : (place.LineNumber, place.LinePosition);
    }

    // Options that are set whatever the conditions, and again further down. What a property refers to may be its own value before, and an
    // import between may read it.
    private static IEnumerable<(XElement Property, XElement Later)> SetAgain(XDocument project, string text) =>
        from property in Below(project, "PropertyGroup")
        where Options.Find(property.Name.LocalName) is not null && !IsConditional(property)
        group property by property.Name.LocalName.ToUpperInvariant() into same
        where !text.Contains($"$({same.Key}", StringComparison.OrdinalIgnoreCase)
        from pair in same.Zip(same.Skip(1))
        where !project.Descendants().Any(element => element.Name.LocalName == "Import" && element.IsAfter(pair.First)
            && element.IsBefore(pair.Second))
        select pair;

    private static bool IsConditional(XElement property) => property.AncestorsAndSelf().Any(
        element => element.Attribute("Condition") is not null || element.Name.LocalName is "When" or "Otherwise");

    private static IEnumerable<XElement> Below(XDocument project, string group) =>
        project.Descendants().Where(element => element.Name.LocalName == group && element.Parent?.Name.LocalName != "Target")
            .SelectMany(element => element.Elements());
}
