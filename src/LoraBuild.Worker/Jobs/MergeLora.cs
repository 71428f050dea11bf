using LoraBuild.Protocol;
using LoraBuild.Training.Merging;

namespace LoraBuild.Worker.Jobs;

/// <summary>Bakes LoRA files into a checkpoint.</summary>
internal static class MergeLora
{
    public static void Run(MergeJob job, EventWriter events, CancellationToken token)
    {
        var layers = LoraMerge.Write(
            job.Checkpoint,
            [.. job.Loras.Select(lora => (lora.Path, lora.Strength))],
            job.Target,
            new() { Tokenizer = job.Tokenizer,
                FetchTokenizer = PublishedTokenizer.From(job.CachePath, job.TokenizerUrl, "MergeLora", events, token) });
        events.Progress($"MergeLora: {layers} layers changed");
        events.Finished(job.Target);
    }
}
