using System.Runtime.InteropServices;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Protocol.Previews;
using LoraBuild.Settings;

namespace LoraBuild.Training.Engine;

/// <summary>Tells an engine's lack of memory from other failures, and names the settings that need less, most useful first.</summary>
public static class OutOfMemory
{
    /// <summary>True if the engine failed for want of memory, on a GPU or a CPU.</summary>
    public static bool IsCauseOf(Exception exception) => exception is OutOfMemoryException
        || (exception is ExternalException
            && (exception.Message.Contains("out of memory", StringComparison.OrdinalIgnoreCase)
                || exception.Message.Contains("can't allocate memory", StringComparison.OrdinalIgnoreCase)));

    /// <summary>Works, and names the cures where memory runs out.</summary>
    /// <param name="settings">The settings: only what is not yet at its lowest is named.</param>
    /// <param name="step">The step, from 1.</param>
    /// <param name="work">The work of the step.</param>
    /// <param name="forecast">The bytes that a training with other settings takes; null: no figures.</param>
    /// <exception cref="LoraBuildException">LB5004: memory ran out.</exception>
    public static T Explained<T>(
        TrainingSettings settings, int step, Func<T> work, Func<TrainingSettings, PredictedMemory>? forecast = null)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (IsCauseOf(e))
        {
            throw Explain(settings, step, e, forecast);
        }
    }

    /// <summary>The error for the author.</summary>
    /// <param name="settings">The settings: only those that are not yet at their lowest are named.</param>
    /// <param name="step">The step, from 1.</param>
    /// <param name="cause">The engine's message.</param>
    /// <param name="forecast">The bytes that a training with other settings takes; null: no figures.</param>
    public static LoraBuildException Explain(
        TrainingSettings settings, int step, Exception cause, Func<TrainingSettings, PredictedMemory>? forecast = null) => new(
        DiagnosticCode.OutOfMemory,
        $"Memory ran out at step {step}. In this order: {string.Join("; ", Said(settings, forecast))}."
        + (forecast is null ? "" : $" Predicted were {forecast(settings)}.")
        + $" The engine said: {cause.Message.Split('\n')[0]}",
        innerException: cause);

    /// <summary>The error for previews that do not fit into memory; their training does.</summary>
    /// <param name="moment">When they were drawn.</param>
    /// <param name="cause">The engine's exception.</param>
    public static LoraBuildException Explain(PreviewMoment moment, Exception cause) => new(
        DiagnosticCode.OutOfMemory,
        $"Memory ran out while previews were drawn after step {moment.Steps}. Lower --w and --h in the file of LoraSamplePrompts, or "
        + "remove it; the training goes on at that step.",
        innerException: cause);

    // Each with what it saves beside those before it.
    private static IEnumerable<string> Said(TrainingSettings settings, Func<TrainingSettings, PredictedMemory>? forecast)
    {
        var (reached, needed) = (settings, forecast?.Invoke(settings).Total ?? 0);
        foreach (var (advice, change) in Cures(settings, forecast?.Invoke(settings).SwappableBlocks ?? 0))
        {
            if (forecast is null || change is null)
            {
                yield return advice;
                continue;
            }

            reached = change(reached);
            var then = forecast(reached).Total;
            yield return $"{advice} (saves {PredictedMemory.Size(Math.Max(0, needed - then))})";
            needed = then;
        }
    }

    // What to do, with the change of the settings where it shows what that saves.
    private static IEnumerable<(string Advice, Func<TrainingSettings, TrainingSettings>? Change)> Cures(
        TrainingSettings settings, int swappable)
    {
        if (!settings.GradientCheckpointing)
            yield return ("set LoraGradientCheckpointing to true", then => then with { GradientCheckpointing = true });
        if (!settings.UsesCachedLatents)
        {
            yield return (
                "set LoraCacheLatents to true, without LoraColorAug and LoraRandomCrop", then => then with { CacheLatents = true });
        }

        if (!settings.UsesCachedTexts)
        {
            yield return (
                "set LoraCacheTextEncoderOutputs to true, with LoraNetworkTrainUnetOnly true and LoraShuffleCaption false, which leaves "
                + "text encoders out",
                then => then with { CacheTextEncoderOutputs = true, NetworkTrainUnetOnly = true });
        }
        else if (!settings.NetworkTrainUnetOnly)
        {
            yield return ("set LoraNetworkTrainUnetOnly to true", then => then with { NetworkTrainUnetOnly = true });
        }

        if (settings.TrainBatchSize > 1)
        {
            yield return (
                $"lower LoraTrainBatchSize ({settings.TrainBatchSize}) to 1 and raise LoraGradientAccumulationSteps by as much",
                then => then with { TrainBatchSize = 1 });
        }

        if (!settings.CompressesDenoiser && settings.MixedPrecision != ModelPrecision.Float32)
            yield return ("set LoraFp8Base to true", then => then with { Fp8Base = true });
        if (settings.BlocksToSwap < swappable)
        {
            yield return (
                $"raise LoraBlocksToSwap ({settings.BlocksToSwap}), to {swappable} at most, step by step: each costs time",
                then => then with { BlocksToSwap = swappable, GradientCheckpointing = true });
        }

        if (!settings.Xformers)
            yield return ("set LoraXformers to true", null);
        yield return ($"lower LoraResolution ({settings.TrainedResolution.Width},{settings.TrainedResolution.Height})", null);
        yield return ("close other programs that use the memory", null);
    }
}
