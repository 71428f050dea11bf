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
    /// <exception cref="LoraBuildException">LB5004: memory ran out.</exception>
    public static T Explained<T>(TrainingSettings settings, int step, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (IsCauseOf(e))
        {
            throw Explain(settings, step, e);
        }
    }

    /// <summary>The error for the author.</summary>
    /// <param name="settings">The settings: only those that are not yet at their lowest are named.</param>
    /// <param name="step">The step, from 1.</param>
    /// <param name="cause">The engine's message.</param>
    public static LoraBuildException Explain(TrainingSettings settings, int step, Exception cause) => new(
        DiagnosticCode.OutOfMemory,
        $"Memory ran out at step {step}. In this order: {string.Join("; ", Cures(settings))}. The engine said: "
        + $"{cause.Message.Split('\n')[0]}",
        innerException: cause);

    /// <summary>The error for previews that do not fit into memory; their training does.</summary>
    /// <param name="moment">When they were drawn.</param>
    /// <param name="cause">The engine's exception.</param>
    public static LoraBuildException Explain(PreviewMoment moment, Exception cause) => new(
        DiagnosticCode.OutOfMemory,
        $"Memory ran out while previews were drawn after step {moment.Steps}. Lower --w and --h in the file of LoraSamplePrompts, or "
        + "remove it; the training goes on at that step.",
        innerException: cause);

    private static IEnumerable<string> Cures(TrainingSettings settings)
    {
        if (!settings.GradientCheckpointing)
            yield return "set LoraGradientCheckpointing to true";
        if (!settings.Xformers)
            yield return "set LoraXformers to true";
        if (settings.TrainBatchSize > 1)
            yield return $"lower LoraTrainBatchSize ({settings.TrainBatchSize}) and raise LoraGradientAccumulationSteps by as much";
        yield return $"lower LoraResolution ({settings.TrainedResolution.Width},{settings.TrainedResolution.Height})";
        if (!settings.NetworkTrainUnetOnly)
            yield return "set LoraNetworkTrainUnetOnly to true";
        if (!settings.UsesCachedTexts)
            yield return "set LoraCacheTextEncoderOutputs to true, with LoraShuffleCaption false, which leaves text encoders out";
        yield return "close other programs that use the memory";
    }
}
