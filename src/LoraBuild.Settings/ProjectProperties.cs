using System.Xml;
using System.Xml.Linq;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Settings.SdScripts;

namespace LoraBuild.Settings;

/// <summary>The <c>Lora*</c> properties that a character project may set, and where it set them.</summary>
public static class ProjectProperties
{
    private const string Prefix = "Lora";

    private static readonly string[] BuildProperties =
    [
        "LoraAlwaysFirstTags",
        "LoraBaseModel",
        "LoraCacheMaxSize",
        "LoraBaseModelSha256",
        "LoraCachePath",
        "LoraCharacterFile",
        "LoraCharacterThreshold",
        "LoraCombineTaggers",
        "LoraDeterministic",
        "LoraDropDuplicates",
        "LoraDuplicateDistance",
        "LoraEvaluateBatchSize",
        "LoraEvaluateFeatures",
        "LoraEvaluateNegativePrompt",
        "LoraEvaluateNotes",
        "LoraEvaluateSampler",
        "LoraEvaluateSamples",
        "LoraEvaluateScale",
        "LoraEvaluateSeed",
        "LoraEvaluateSize",
        "LoraEvaluateSteps",
        "LoraEvidenceThreshold",
        "LoraFeatureFrequency",
        "LoraHasNvidiaGpu",
        "LoraImageEngine",
        "LoraImplications",
        "LoraLibtorch",
        "LoraMaxLeakage",
        "LoraMaxPixels",
        "LoraMergeInto",
        "LoraMergeStrength",
        "LoraMinIdentity",
        "LoraMinObedience",
        "LoraMinPictureSize",
        "LoraOutputName",
        "LoraOverwriteTagFiles",
        "LoraPublishEpochs",
        "LoraRatingThreshold",
        "LoraRegularizationCount",
        "LoraRegularizationPrompts",
        "LoraRemoteCache",
        "LoraRemoteCacheReadOnly",
        "LoraRemoteCacheTimeout",
        "LoraReport",
        "LoraSelectEpoch",
        "LoraStopAfterMinutes",
        "LoraTagOrder",
        "LoraTagReplacement",
        "LoraTagger",
        "LoraTaggerLabels",
        "LoraTaggerModel",
        "LoraTaggerThreshold",
        "LoraTasksAssembly",
        "LoraTensorEngine",
        "LoraTokenizer",
        "LoraTokenizerUrl",
        "LoraTrain",
        "LoraTrainingConfig",
        "LoraTrainingLocks",
        "LoraUndecided",
        "LoraUndesiredTags",
        "LoraUseRatingTags",
        "LoraVae",
        "LoraVaeSha256",
        "LoraWorkerAssembly",
    ];

    /// <summary>Every property that means something, in no particular order.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. BuildProperties, .. TrainingSettings.Options.Select(option => option.Property)];

    /// <summary>LB1008 for every property of a project file that begins with <c>Lora</c> and means nothing: a slip of the pen that MSBuild
    /// would pass over.</summary>
    public static IEnumerable<Diagnostic> FindUnknown(string projectFile) =>
        from property in Read(projectFile)
        let name = property.Name.LocalName
        where IsUnknown(name)
        select Locate(property, projectFile, new Diagnostic(
            DiagnosticCode.InvalidProperty, Severity.Error, $"There is no property '{name}'. {Instead(name)}"));

    /// <summary>The same for a property of the command line.</summary>
    public static Diagnostic Unknown(string projectFile, string name) => new(
        DiagnosticCode.InvalidProperty, Severity.Error, $"There is no property '{name}', which the command line sets. {Instead(name)}", projectFile);

    /// <summary>Whether a property's name begins with <c>Lora</c> and means nothing.</summary>
    public static bool IsUnknown(string name) =>
        name.StartsWith(Prefix, StringComparison.Ordinal) && !Names.Contains(name, StringComparer.OrdinalIgnoreCase);

    /// <summary>The same diagnostic with the place of the property that it names, where the project file sets that property itself.</summary>
    public static Diagnostic Locate(string projectFile, Diagnostic diagnostic)
    {
        var property = Read(projectFile).LastOrDefault(property => MentionsWord(diagnostic.Message, property.Name.LocalName));
        return property is null ? diagnostic with { File = projectFile } : Locate(property, projectFile, diagnostic);
    }

    // Names that earlier versions had.
    private static readonly Dictionary<string, string> Former = new(StringComparer.OrdinalIgnoreCase)
    {
        ["LoraEngines"] = "LoraTensorEngine (libtorch or torchsharp) and LoraImageEngine (libvips or imagesharp) take its place.",
        ["LoraTaggerEngine"] = "Remove it: the tagger always runs on ONNX Runtime. LoraTensorEngine chooses the library that trains.",
    };

    private static string Instead(string name)
    {
        if (Former.TryGetValue(name, out var now))
            return now;
        var option = UnsupportedOptions.Names.FirstOrDefault(option => TrainingOption.PropertyOf(option).Equals(name, StringComparison.OrdinalIgnoreCase));
        if (option is not null)
            return UnsupportedOptions.AdviceFor(option);
        return Nearest.Of(name, Names) is { } nearest ? $"Did you mean '{nearest}'?" : "build/README.md lists all that there are.";
    }

    private static Diagnostic Locate(XElement property, string projectFile, Diagnostic diagnostic)
    {
        var place = (IXmlLineInfo)property;
        return diagnostic with { File = projectFile, Line = place.LineNumber, Column = place.LinePosition };
    }

    private static IEnumerable<XElement> Read(string projectFile) =>
        XDocument.Load(projectFile, LoadOptions.SetLineInfo).Descendants()
            .Where(element => element.Name.LocalName == "PropertyGroup")
            .SelectMany(group => group.Elements());

    private static bool MentionsWord(string message, string name)
    {
        var start = message.IndexOf(name, StringComparison.OrdinalIgnoreCase);
        var end = start + name.Length;
        return start >= 0 && (end == message.Length || !char.IsLetterOrDigit(message[end]));
    }
}
