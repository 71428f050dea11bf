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
    /// LB5008 for items and metadata of a project file that mean nothing, and for properties that are named as sd-scripts' options without
    /// <c>Lora</c> before them and that nothing in the file uses.
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
            if (Options.Find($"Lora{name}") is { } option && !text.Contains($"$({name}", StringComparison.OrdinalIgnoreCase))
                yield return Told(property, $"The property '{name}' has no effect. Did you mean '{option}'?");
        }

        Diagnostic Told(XObject place, string message) => new(
            DiagnosticCode.SettingWithoutEffect, Severity.Warning, message, projectFile, ((IXmlLineInfo)place).LineNumber,
            ((IXmlLineInfo)place).LinePosition);
    }

    private static IEnumerable<XElement> Below(XDocument project, string group) =>
        project.Descendants().Where(element => element.Name.LocalName == group && element.Parent?.Name.LocalName != "Target")
            .SelectMany(element => element.Elements());
}
