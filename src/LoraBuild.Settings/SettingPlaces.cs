using System.Text.RegularExpressions;
using System.Xml;
using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Settings;

/// <summary>The places where an author says settings: lines of the project file, or of an sd-scripts configuration.</summary>
/// <param name="ProjectFile">The project file.</param>
/// <param name="OnCommandLine">The properties that the command line sets: what the file says of them does not count.</param>
/// <param name="Configured">The places in a configuration, by property, of what the project itself does not say.</param>
public sealed partial record SettingPlaces(
    string ProjectFile,
    IReadOnlyCollection<string> OnCommandLine,
    IReadOnlyDictionary<string, (string File, int Line, int Column)> Configured)
{
    /// <summary>The same diagnostic at the line that says the setting; where none does, with the project file alone.</summary>
    /// <param name="diagnostic">The diagnostic.</param>
    /// <param name="about">The property that it is about; null: the first that it names and that has a place.</param>
    public Diagnostic Locate(Diagnostic diagnostic, string? about = null)
    {
        var named = about is null ? Properties().Matches(diagnostic.Message).Select(match => match.Value) : [about];
        return named.Select(property => Place(diagnostic, property)).FirstOrDefault(placed => placed is not null)
            ?? diagnostic with { File = ProjectFile };
    }

    private Diagnostic? Place(Diagnostic diagnostic, string property)
    {
        if (OnCommandLine.Contains(property, StringComparer.OrdinalIgnoreCase))
            return diagnostic with { File = ProjectFile };
        if (Configured.TryGetValue(property, out var place))
            return diagnostic with { File = place.File, Line = place.Line, Column = place.Column };
        IXmlLineInfo? line = ProjectProperties.Read(ProjectFile)
            .LastOrDefault(set => set.Name.LocalName.Equals(property, StringComparison.OrdinalIgnoreCase));
        return line is null ? null : diagnostic with { File = ProjectFile, Line = line.LineNumber, Column = line.LinePosition };
    }

    [GeneratedRegex(@"\bLora\w+", RegexOptions.IgnoreCase)]
    private static partial Regex Properties();
}
