using System.Xml;
using System.Xml.Linq;
using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Settings;

/// <summary>The <c>Lora*</c> properties that a character project may set, and where it set them.</summary>
public static class ProjectProperties
{
    private const string Prefix = "Lora";

    // What authors leave out of sd-scripts' names.
    private static readonly string[] SaidAnyway = ["Train", "MaxTrain", "Network", "Lr", "Optimizer"];

    /// <summary>LB1008 for every property of a project file that begins with <c>Lora</c> and means nothing: a slip of the pen that MSBuild
    /// would pass over.</summary>
    public static IEnumerable<Diagnostic> FindUnknown(string projectFile) =>
        from property in Read(projectFile)
        let name = property.Name.LocalName
        where IsUnknown(name)
        let place = (IXmlLineInfo)property
        select new Diagnostic(
            DiagnosticCode.InvalidProperty, Severity.Error, $"There is no property '{name}'. {Instead(name)}", projectFile,
            place.LineNumber, place.LinePosition);

    /// <summary>The same for a property of the command line.</summary>
    public static Diagnostic Unknown(string projectFile, string name) => new(
        DiagnosticCode.InvalidProperty,
        Severity.Error,
        $"There is no property '{name}', which the command line sets. {Instead(name)}",
        projectFile);

    /// <summary>Tells whether a property's name begins with <c>Lora</c> and means nothing.</summary>
    public static bool IsUnknown(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && Options.Find(name) is null;

    /// <summary>
    /// LB1008 for every value that its property does not take, or that the command line sets with white space around it, which conditions
    /// of MSBuild do not pass over. Names that are no property's are passed over.
    /// </summary>
    /// <param name="values">Values by property. An empty one is right where the property may be without.</param>
    public static IEnumerable<Diagnostic> Check(IReadOnlyDictionary<string, string> values) =>
        from option in Options.All
        where values.TryGetValue(option.Property, out var text) && (!option.Accepts(text) || (option.Name is null && text != text.Trim()))
        select option.Problem(values[option.Property]);

    /// <summary>The values that decide what the captioned dataset is and that name no file.</summary>
    /// <param name="values">Values by property.</param>
    public static IReadOnlyDictionary<string, string> OfDataset(IReadOnlyDictionary<string, string> values) => Options.All
        .Where(option => (option.Steps & Steps.Dataset) != 0 && option.Form != OptionForm.File && values.ContainsKey(option.Property))
        .Where(option => (option.Steps & Steps.Train) == 0)
        .ToDictionary(option => option.Property, option => values[option.Property]);

    private static string Instead(string name)
    {
        if (Options.Retired.TryGetValue(name, out var advice))
            return advice;
        if (UnsupportedOptions.Names.FirstOrDefault(option => IsPropertyOf(option, name)) is { } option)
            return UnsupportedOptions.AdviceFor(option);
        return (Shortened(name) ?? Nearest.Of(name, Options.All.Select(known => known.Property))) is { } nearest
            ? $"Did you mean '{nearest}'?"
            : "build/README.md lists all that there are.";
    }

    // The option whose last words a name has, as LoraBatchSize those of LoraTrainBatchSize; null where there is none. Of several the one
    // that leaves out what goes without saying, then the one that leaves out least.
    private static string? Shortened(string name) => Options.All.Select(option => option.Property)
        .Where(property => name.Length > Prefix.Length && char.IsUpper(name[Prefix.Length])
            && property.EndsWith(name[Prefix.Length..], StringComparison.Ordinal))
        .OrderBy(property => SaidAnyway.Contains(property[Prefix.Length..^(name.Length - Prefix.Length)]) ? 0 : 1)
        .ThenBy(property => property.Length)
        .FirstOrDefault();

    private static bool IsPropertyOf(string option, string name) =>
        Option.PropertyOf(option).Equals(name, StringComparison.OrdinalIgnoreCase);

    /// <summary>The properties that a project file sets, with their places.</summary>
    /// <param name="projectFile">The project file.</param>
    internal static IEnumerable<XElement> Read(string projectFile) =>
        XDocument.Load(projectFile, LoadOptions.SetLineInfo).Descendants()
            .Where(element => element.Name.LocalName == "PropertyGroup")
            .SelectMany(group => group.Elements());
}
