using LoraBuild.Base.Diagnostics;
using LoraBuild.Settings.Sampling;

namespace LoraBuild.Settings;

/// <summary>What is drawn and written while the training runs. None of it changes the LoRA.</summary>
public sealed partial record TrainingSettings
{
    /// <summary><c>sample_prompts</c>: a file of prompts that are drawn as the training goes on; null: none is.</summary>
    public string? SamplePrompts { get; init; }

    /// <summary><c>sample_every_n_epochs</c>: after how many epochs, at least 1; null: after each, unless <see cref="SampleEveryNSteps"/> is set.</summary>
    public int? SampleEveryNEpochs { get; init; }

    /// <summary><c>sample_every_n_steps</c>: after how many steps, at least 1; without effect where <see cref="SampleEveryNEpochs"/> is set.</summary>
    public int? SampleEveryNSteps { get; init; }

    /// <summary><c>sample_at_first</c>: also before the first step.</summary>
    public bool SampleAtFirst { get; init; }

    /// <summary><c>sample_sampler</c>: the sampler of prompts that name none.</summary>
    public SamplerKind SampleSampler { get; init; } = SamplerKind.Ddim;

    /// <summary><c>logging_dir</c>: the folder that gets a folder of TensorBoard's event files; null: none are written.</summary>
    public string? LoggingDir { get; init; }

    /// <summary><c>log_prefix</c>: what the name of that folder begins with; null: nothing.</summary>
    public string? LogPrefix { get; init; }

    /// <summary>
    /// The pictures that <see cref="SamplePrompts"/> asks for; none where it is not set. Prompts without a seed have the training's, so that
    /// one epoch's picture can be held against another's.
    /// </summary>
    /// <param name="problems">All that is wrong with the file.</param>
    public IReadOnlyList<PictureRequest> ReadSamplePrompts(out IReadOnlyList<Diagnostic> problems)
    {
        problems = [];
        var defaults = new PictureRequest { Prompt = "", Seed = Seed, Sampler = SampleSampler, ClipSkip = ClipSkip ?? 1 };
        return SamplePrompts is null ? [] : SamplePromptFile.Read(SamplePrompts, "LoraSamplePrompts", defaults, out problems);
    }

    /// <summary>These settings as far as the LoRA depends on them.</summary>
    public TrainingSettings WithoutSamples()
    {
        var none = new TrainingSettings();
        return this with
        {
            SamplePrompts = none.SamplePrompts,
            SampleEveryNEpochs = none.SampleEveryNEpochs,
            SampleEveryNSteps = none.SampleEveryNSteps,
            SampleAtFirst = none.SampleAtFirst,
            SampleSampler = none.SampleSampler,
            LoggingDir = none.LoggingDir,
            LogPrefix = none.LogPrefix,
        };
    }
}
