using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Tags;
using static LoraBuild.Settings.Options;

namespace LoraBuild.Settings;

/// <summary>The condition on other settings under which an option has an effect.</summary>
public sealed class Precondition
{
    private readonly Func<string> where;

    internal Precondition(string where, Func<ProjectSettings, bool> holds)
        : this(() => where, holds)
    {
    }

    // The words may name other options, which are made after this one.
    internal Precondition(Func<string> where, Func<ProjectSettings, bool> holds) => (this.where, Holds) = (where, holds);

    /// <summary>The condition, as the end of the sentence "it counts only ...".</summary>
    public string Where => where();

    /// <summary>Tells whether settings meet it.</summary>
    public Func<ProjectSettings, bool> Holds { get; }
}

/// <summary>All settings of a project.</summary>
/// <param name="Training">The training's.</param>
/// <param name="Values">The others, as texts by property.</param>
public sealed record ProjectSettings(TrainingSettings Training, IReadOnlyDictionary<string, string> Values)
{
    /// <summary>True if a build asks a base model for anything.</summary>
    public bool Draws => Is(Train.Property, "true") || IsSet(Options.RegularizationPrompts.Property);

    /// <summary>True if a property has a value.</summary>
    public bool IsSet(string property) => !string.IsNullOrWhiteSpace(Values.GetValueOrDefault(property));

    /// <summary>The items of a kind of which tasks are told beside the properties, as text each.</summary>
    public string[] Items(string kind) => (Values.GetValueOrDefault(kind) ?? "").Split(
        ';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>True if an item of a kind is what a property names, or there are none.</summary>
    public bool HasItem(string kind, string property) =>
        Items(kind) is not { Length: > 0 } items || items.Any(item => item == Values.GetValueOrDefault(property)?.Trim()
            || item.StartsWith($"{Values.GetValueOrDefault(property)?.Trim()} ", StringComparison.Ordinal));

    /// <summary>True if a property has this value, in upper or lower case.</summary>
    public bool Is(string property, string value) =>
        string.Equals(Values.GetValueOrDefault(property)?.Trim(), value, StringComparison.OrdinalIgnoreCase);
}

/// <summary>The settings that an author wrote and that change nothing beside the others, each as LB5008.</summary>
public static class SettingsWithoutEffect
{
    private static readonly string[] Off = ["", "false", "0"];

    /// <summary>A warning for each; the message begins with the property.</summary>
    /// <param name="settings">All settings of the project; those of the training go together.</param>
    /// <param name="written">The options that the author wrote, with the text.</param>
    public static IEnumerable<(Option Option, Diagnostic Warning)> Of(
        ProjectSettings settings, IEnumerable<(Option Option, string Text)> written)
    {
        var said = new HashSet<Option>();
        foreach (var (option, text) in written)
        {
            said.Add(option);
            // Who writes the default of a switch that is off says that nothing is wanted.
            if (option.Needs is { } needs && !(IsDefault(option, text) && Off.Contains(text.Trim().ToLowerInvariant()))
                && !needs.Holds(settings))
                yield return (
                    option, Warning(
                        $"{option} ({text.Trim()}) has no effect: it counts only {needs.Where}. Take it away, or set what it needs."));
        }

        foreach (var (old, replacement) in TagReplacement.Read(settings.Values).Pairs)
        {
            if (Tag.Comparer.Equals(Tag.Normalize(old), Tag.Normalize(replacement)))
                yield return (
                    TagReplacement, Warning($"{TagReplacement} replaces '{old.Trim()}' by itself, which changes nothing. Correct it."));
        }

        foreach (var (option, message) in Values(settings.Training))
        {
            if (said.Contains(option))
                yield return (option, Warning(message));
        }
    }

    // The values that leave something of the training without effect, by the option that has them.
    private static IEnumerable<(Option Option, string Message)> Values(TrainingSettings settings)
    {
        var unet = settings.UnetLr is null ? (Option)LearningRate : UnetLr;
        if ((settings.UnetLr ?? settings.LearningRate) == 0)
            yield return (unet, $"{unet} is 0, so that the UNet's adapters learn nothing and only the text encoder's do.");
        if (settings.TextEncoderLr.AreZero && !settings.NetworkTrainUnetOnly)
        {
            yield return (TextEncoderLr, $"{TextEncoderLr} is 0, so that the text encoder's adapters learn nothing. "
                + $"Set {NetworkTrainUnetOnly}, which is faster and leaves them out of the file.");
        }

        if (TrainingContradictions.HasNoBlocks(settings))
            yield return (
                UpLrWeight, $"{DownLrWeight}, {MidLrWeight} and {UpLrWeight} are 0 in all blocks of the UNet, which get no adapters.");
        if (settings.CaptionDropoutRate == 1)
            yield return (CaptionDropoutRate, $"{CaptionDropoutRate} is 1: no caption is learnt, the trigger word neither.");
        if (settings.CaptionDropoutEveryNEpochs == 1)
            yield return (
                CaptionDropoutEveryNEpochs, $"{CaptionDropoutEveryNEpochs} is 1: no caption is learnt, the trigger word neither.");
        if (settings.CaptionTagDropoutRate == 1)
            yield return (CaptionTagDropoutRate, $"{CaptionTagDropoutRate} is 1: no tag is learnt but those that {KeepTokens} keeps.");
        if (settings.PriorLossWeight == 0)
            yield return (PriorLossWeight, $"{PriorLossWeight} is 0: regularisation images take their time and teach nothing.");
        if (settings.OptimizerType.HasOwnRates(settings.OptimizerArgs))
        {
            foreach (var option in new Option[] { LearningRate, UnetLr, TextEncoderLr, LrScheduler, LrWarmupSteps })
            {
                yield return (option, $"{option} has no effect: {settings.OptimizerType} finds its own rates. "
                    + $"Add relative_step=False to {OptimizerArgs}, or take it away.");
            }
        }
    }

    private static bool IsDefault(Option option, string text) =>
        string.Equals(option.DefaultText, text.Trim(), StringComparison.OrdinalIgnoreCase);

    private static Diagnostic Warning(string message) => new(DiagnosticCode.SettingWithoutEffect, Severity.Warning, message);
}
