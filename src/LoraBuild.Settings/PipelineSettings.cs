using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Settings;

/// <summary>The properties that are no training options: which values they take.</summary>
public static class PipelineSettings
{
    private const int MaxMinutes = 1_000_000;
    private const int MaxSeconds = 3600;

    /// <summary>Those that decide what the captioned dataset is and that name no file.</summary>
    public static IReadOnlyList<string> OfDataset { get; } =
    [
        "LoraMaxPixels", "LoraMinPictureSize", "LoraDuplicateDistance", "LoraDropDuplicates", "LoraCombineTaggers", "LoraTaggerThreshold",
        "LoraCharacterThreshold", "LoraRatingThreshold", "LoraTagOrder", "LoraUseRatingTags", "LoraUndesiredTags", "LoraAlwaysFirstTags",
        "LoraTagReplacement", "LoraFeatureFrequency", "LoraEvidenceThreshold", "LoraUndecided", "LoraRegularizationCount",
    ];

    /// <summary>LB1008 for every property of these whose value is not one that it takes.</summary>
    /// <param name="values">Values by property name.</param>
    public static IEnumerable<Diagnostic> Check(IReadOnlyDictionary<string, string> values)
    {
        foreach (var name in new[] { "LoraFeatureFrequency", "LoraEvidenceThreshold" })
        {
            if (!TryNumber(values[name], out var number) || number is not (>= 0 and <= 1))
                yield return Invalid(name, values[name], "a number from 0 to 1");
        }

        TagSelection.Parse(values, out var ofSelection);
        EvaluationSettings.Parse(values, out var ofEvaluation);
        foreach (var problem in ofSelection.Concat(ofEvaluation))
            yield return problem;
        if (!ScoreCombination.Names.Contains(values["LoraCombineTaggers"]))
            yield return Invalid("LoraCombineTaggers", values["LoraCombineTaggers"], string.Join(" or ", ScoreCombination.Names));
        if (!int.TryParse(values["LoraDuplicateDistance"], NumberStyles.None, CultureInfo.InvariantCulture, out var distance) || distance > 64)
            yield return Invalid("LoraDuplicateDistance", values["LoraDuplicateDistance"], "a whole number from 0 to 64");
        if (!int.TryParse(values["LoraMinPictureSize"], NumberStyles.None, CultureInfo.InvariantCulture, out _))
            yield return Invalid("LoraMinPictureSize", values["LoraMinPictureSize"], "a whole number of pixels");
        if (values["LoraDropDuplicates"] is not ("true" or "false"))
            yield return Invalid("LoraDropDuplicates", values["LoraDropDuplicates"], "true or false");
        if (!long.TryParse(values["LoraMaxPixels"], NumberStyles.None, CultureInfo.InvariantCulture, out var pixels) || pixels == 0)
            yield return Invalid("LoraMaxPixels", values["LoraMaxPixels"], "a whole number of pixels above 0");
        if (values["LoraRegularizationCount"] is { Length: > 0 } count
            && (!int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var drawn) || drawn is not (>= 1 and <= RegularizationPrompts.MostPictures)))
            yield return Invalid("LoraRegularizationCount", count, $"empty or a whole number from 1 to {RegularizationPrompts.MostPictures}");
        if (!ByteSize.TryParse(values["LoraCacheMaxSize"], out _))
            yield return Invalid("LoraCacheMaxSize", values["LoraCacheMaxSize"], "a size such as 20 GB");
        if (values["LoraRemoteCacheReadOnly"] is not ("true" or "false"))
            yield return Invalid("LoraRemoteCacheReadOnly", values["LoraRemoteCacheReadOnly"], "true or false");
        if (!TryNumber(values["LoraRemoteCacheTimeout"], out var seconds) || seconds is not (> 0 and <= MaxSeconds))
            yield return Invalid("LoraRemoteCacheTimeout", values["LoraRemoteCacheTimeout"], $"a number of seconds above 0 and up to {MaxSeconds}");
        if (values["LoraUndecided"] is not ("keep" or "drop"))
            yield return Invalid("LoraUndecided", values["LoraUndecided"], "keep or drop");
        if (values["LoraReport"] is not ("auto" or "true" or "false"))
            yield return Invalid("LoraReport", values["LoraReport"], "auto, true or false");
        if (!Uri.TryCreate(values["LoraTokenizerUrl"], UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            yield return Invalid("LoraTokenizerUrl", values["LoraTokenizerUrl"], "an http or https address");
        if (values["LoraTrain"] is not ("true" or "false"))
            yield return Invalid("LoraTrain", values["LoraTrain"], "true or false");
        if (values["LoraDeterministic"] is not ("true" or "false"))
            yield return Invalid("LoraDeterministic", values["LoraDeterministic"], "true or false");
        if (values["LoraStopAfterMinutes"] is { Length: > 0 } stop && (!TryNumber(stop, out var minutes) || minutes is not (> 0 and <= MaxMinutes)))
            yield return Invalid("LoraStopAfterMinutes", stop, $"empty or a number above 0 and up to {MaxMinutes}");
        if (values["LoraOutputName"].AsSpan().IndexOfAny("/\\") >= 0 || values["LoraOutputName"].Length == 0)
            yield return Invalid("LoraOutputName", values["LoraOutputName"], "a file name without a folder");
    }

    private static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number);

    private static Diagnostic Invalid(string name, string value, string allowed) =>
        new(DiagnosticCode.InvalidProperty, Severity.Error, $"{name} is '{value}'; it must be {allowed}.");
}
