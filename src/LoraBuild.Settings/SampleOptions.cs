using LoraBuild.Settings.Sampling;
using static LoraBuild.Settings.TrainingOption;

namespace LoraBuild.Settings;

/// <summary>The options of what is drawn and written while the training runs.</summary>
internal static class SampleOptions
{
    public static IReadOnlyList<TrainingOption> All() =>
    [
        Parsed(
            "sample_prompts",
            "empty or a file",
            "A file of prompts that are drawn as the training goes on, into `bin/samples`; see [Previews](#previews).",
            s => s.SamplePrompts, (s, v) => s with { SamplePrompts = v }, text => text),
        OptionalInteger(
            "sample_every_n_epochs", 1, 100_000,
            "They are drawn after every so many epochs; not set: after each, unless sample_every_n_steps is.",
            s => s.SampleEveryNEpochs, (s, v) => s with { SampleEveryNEpochs = v }),
        OptionalInteger(
            "sample_every_n_steps", 1, int.MaxValue,
            "They are drawn after every so many steps, where sample_every_n_epochs is not set.",
            s => s.SampleEveryNSteps, (s, v) => s with { SampleEveryNSteps = v }),
        Flag(
            "sample_at_first",
            "They are also drawn before the first step.",
            s => s.SampleAtFirst, (s, v) => s with { SampleAtFirst = v }),
        Choice(
            "sample_sampler", SamplerNames.All,
            "The sampler of prompts that name none. `dpmsolver++` is DPM++ 2M with Karras' noise levels.",
            s => s.SampleSampler, (s, v) => s with { SampleSampler = v }),
        Parsed(
            "logging_dir",
            "empty or a folder",
            "A folder for TensorBoard's event files: losses and learning rates, a folder a run.",
            s => s.LoggingDir, (s, v) => s with { LoggingDir = v }, text => text),
        OptionalPhrase(
            "log_prefix",
            "What the names of those folders begin with, before the time.",
            s => s.LogPrefix, (s, v) => s with { LogPrefix = v }),
    ];
}
