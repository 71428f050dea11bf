using LoraBuild.Protocol;
using LoraBuild.Training.Merging;

namespace LoraBuild.Worker.Jobs;

/// <summary>Bakes LoRA files into a checkpoint.</summary>
internal static class MergeLora
{
    public static void Run(MergeJob job, EventWriter events)
    {
        var layers = LoraMerge.Write(job.Checkpoint, [.. job.Loras.Select(lora => (lora.Path, lora.Strength))], job.Target);
        events.Progress($"MergeLora: {layers} layers changed");
        events.Finished(job.Target);
    }
}
