using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Settings;

namespace LoraBuild.Pages.Evaluation;

/// <summary>
/// The bounds that a LoRA must reach: <c>LoraMinIdentity</c>, <c>LoraMinObedience</c> and <c>LoraMaxLeakage</c>, each by the figure itself.
/// </summary>
public static class EvaluationGate
{
    /// <summary>LB5501, LB5502 and LB5503 for every bound that a character misses.</summary>
    /// <param name="lora">The LoRA's name.</param>
    /// <param name="character">Its figures for one character.</param>
    /// <param name="settings">The bounds.</param>
    public static IEnumerable<Diagnostic> Check(string lora, CharacterEvaluation character, EvaluationSettings settings)
    {
        if (settings.MinIdentity is { } identity && !(character.Identity?.Lora.Value >= identity))
        {
            yield return Missed(
                DiagnosticCode.IdentityBelowMinimum,
                $"'{character.Trigger}' alone draws {Told(character.Identity?.Lora)} of her features with {lora}, below LoraMinIdentity "
                + $"{Told(identity)}. Train longer or with higher learning rates, and look whether her features are out of the captions.");
        }

        if (settings.MinObedience is { } obedience && !(character.ObedienceOfBase?.Value >= obedience))
        {
            yield return Missed(
                DiagnosticCode.ObedienceBelowMinimum,
                $"With '{character.Trigger}', {lora} draws what else is asked for {Told(character.ObedienceOfBase)} times as often as the "
                + "base model does without it, "
                    + $"below LoraMinObedience {Told(obedience)}. Train shorter or with lower learning rates, take an earlier epoch "
                    + "(LoraSelectEpoch), and look whether the captions name clothes, poses and places.");
        }

        if (settings.MaxLeakage is { } leakage && !(character.LeakageAboveBase?.Value <= leakage))
        {
            yield return Missed(
                DiagnosticCode.LeakageAboveMaximum,
                $"Without '{character.Trigger}', {lora} draws {Told(character.LeakageAboveBase)} more of her features than the base model, "
                    + $"above LoraMaxLeakage {Told(leakage)}. Let the base model draw regularisation images (LoraRegularizationPrompts), "
                    + "or train shorter or with lower learning rates.");
        }
    }

    private static Diagnostic Missed(string code, string message) => new(code, Severity.Error, message);

    private static string Told(Interval? interval) => interval?.ToString() ?? "an unknown share";

    private static string Told(double bound) => bound.ToString(CultureInfo.InvariantCulture);
}
