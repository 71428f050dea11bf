using System.Xml;
using System.Xml.Linq;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Text;
using LoraBuild.Dataset.Characters;

namespace LoraBuild.Settings;

/// <summary>The patterns by which items of a project file name pictures.</summary>
public static class ItemPatterns
{
    private static readonly HashSet<string> Pictures =
        new(StringComparer.OrdinalIgnoreCase) { "CharacterImage", "LoraRegularizationImage" };

    // These name files that may lie anywhere, so they are looked for among the items that MSBuild made of them.
    private static readonly HashSet<string> Others =
        new(StringComparer.OrdinalIgnoreCase) { "Character", "Tagger", "PersonDetector", "BackgroundModel", LorasToMerge.Item };

    private static readonly HashSet<string> Actions = new(StringComparer.OrdinalIgnoreCase) { "Include", "Update", "Remove" };

    /// <summary>
    /// Warnings for Include, Update and Remove of pictures, and Include of other files, that fit no file, which MSBuild passes over. Values
    /// with properties, items or metadata in them are MSBuild's to know; so are paths out of the project.
    /// </summary>
    /// <param name="projectFile">The project file.</param>
    /// <param name="files">All files in the folders of pictures, and the items of other kinds, relative to the project's folder, with
    /// <c>/</c> between folders.</param>
    public static IEnumerable<Diagnostic> FindWithoutEffect(string projectFile, IReadOnlyCollection<string> files)
    {
        // MSBuild's patterns know no case.
        var paths = new Lazy<HashSet<string>>(() => files.Select(Comparable).ToHashSet(StringComparer.Ordinal));
        return
            from attribute in Read(projectFile)
            from text in attribute.Value.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            where text.AsSpan().IndexOfAny("$@%") < 0 && !Path.IsPathRooted(text) && !text.StartsWith("..", StringComparison.Ordinal)
            let pattern = new PicturePattern(Comparable(text.Replace('\\', '/')))
            // A picture that is included by its name and not there is an error of its own.
            where pattern.IsGlob || !attribute.Name.LocalName.Equals("Include", StringComparison.OrdinalIgnoreCase)
            where !paths.Value.Contains(pattern.Text) && !paths.Value.Any(pattern.Names)
            select new Diagnostic(
                DiagnosticCode.NoEffect,
                Severity.Warning,
                $"{attribute.Name.LocalName}=\"{text}\" has no effect: it fits no "
                + $"file.{(pattern.IsGlob ? "" : Nearest.Suggest(text, files))}",
                projectFile,
                ((IXmlLineInfo)attribute).LineNumber,
                ((IXmlLineInfo)attribute).LinePosition);
    }

    private static string Comparable(string path)
    {
        var composed = NormalText.Compose(path).ToLowerInvariant();
        return composed.StartsWith("./", StringComparison.Ordinal) ? composed[2..] : composed;
    }

    private static IEnumerable<XAttribute> Read(string projectFile) =>
        XDocument.Load(projectFile, LoadOptions.SetLineInfo).Descendants()
            .Where(element => element.Name.LocalName == "ItemGroup")
            .SelectMany(group => group.Elements())
            .SelectMany(item => item.Attributes())
            .Where(attribute => Pictures.Contains(attribute.Parent!.Name.LocalName)
                ? Actions.Contains(attribute.Name.LocalName)
                : Others.Contains(attribute.Parent.Name.LocalName) && attribute.Name.LocalName == "Include");
}
