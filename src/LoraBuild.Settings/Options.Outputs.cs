using LoraBuild.Settings.Sampling;
using static LoraBuild.Settings.OptionKind;

namespace LoraBuild.Settings;

/// <content>Measures and previews while the training runs.</content>
public static partial class Options
{
    public static readonly Option<double> ValidationSplit = OfSdScripts(
        Topic.Validation, "validation_split", Number(0, 0.99), 0,
        "The share of each group's pictures that is not trained on but measured after each epoch.");

    public static readonly Option<int?> ValidationSeed = OfSdScripts(
        Topic.Validation, "validation_seed", Whole(0, int.MaxValue).OrEmpty(), null,
        "The seed of the choice of these pictures, and of their noise; not set: `seed`.",
        needs: Where("with LoraValidationSplit above 0", settings => settings.ValidationSplit > 0));

    public static readonly Option<int?> ValidateEveryNSteps = OfSdScripts(
        Topic.Validation, "validate_every_n_steps", Whole(1, int.MaxValue).OrEmpty(), null,
        "They are also measured after every n steps.",
        needs: Where("with LoraValidationSplit above 0", settings => settings.ValidationSplit > 0));

    public static readonly Option<int?> ValidateEveryNEpochs = OfSdScripts(
        Topic.Validation, "validate_every_n_epochs", Whole(1, 100_000).OrEmpty(), null,
        "They are measured after every n epochs; not set: after each.",
        needs: Where("with LoraValidationSplit above 0", settings => settings.ValidationSplit > 0));

    public static readonly Option<int?> MaxValidationSteps = OfSdScripts(
        Topic.Validation, "max_validation_steps", Whole(1, int.MaxValue).OrEmpty(), null,
        "The most pictures that are measured.",
        needs: Where("with LoraValidationSplit above 0", settings => settings.ValidationSplit > 0));

    public static readonly Option<string?> SamplePrompts = OfSdScripts(
        Topic.Previews, "sample_prompts", FilePath, null,
        "A file of prompts that are drawn as the training goes on, into `bin/samples`: see [Previews](#previews).", steps: Steps.Previews);

    public static readonly Option<int?> SampleEveryNEpochs = OfSdScripts(
        Topic.Previews, "sample_every_n_epochs", Whole(1, 100_000).OrEmpty(), null,
        "They are drawn after every n epochs; not set: after each, unless `sample_every_n_steps` is.", steps: Steps.Previews,
        needs: Where("with LoraSamplePrompts", settings => settings.SamplePrompts is not null));

    public static readonly Option<int?> SampleEveryNSteps = OfSdScripts(
        Topic.Previews, "sample_every_n_steps", Whole(1, int.MaxValue).OrEmpty(), null,
        "They are drawn after every n steps, where `sample_every_n_epochs` is not set.", steps: Steps.Previews,
        needs: Where("with LoraSamplePrompts and without LoraSampleEveryNEpochs", settings =>
            settings is { SamplePrompts: not null, SampleEveryNEpochs: null }));

    public static readonly Option<bool> SampleAtFirst = OfSdScripts(
        Topic.Previews, "sample_at_first", Flag, false,
        "They are also drawn before the first step.", steps: Steps.Previews,
        needs: Where("with LoraSamplePrompts", settings => settings.SamplePrompts is not null));

    public static readonly Option<SamplerKind> SampleSampler = OfSdScripts(
        Topic.Previews, "sample_sampler", Choice([.. SamplerNames.All]), SamplerKind.Ddim,
        "The sampler of prompts that name none. `dpmsolver++` is DPM++ 2M with Karras' noise levels.", steps: Steps.Previews,
        needs: new Precondition("with LoraSamplePrompts or LoraRegularizationPrompts", settings =>
            settings.Training.SamplePrompts is not null || settings.IsSet("LoraRegularizationPrompts")));

    public static readonly Option<string?> LoggingDir = OfSdScripts(
        Topic.Previews, "logging_dir", FilePath with { Allowed = "empty or a folder" }, null,
        "A folder for TensorBoard's event files: losses and learning rates, a folder a run.", steps: Steps.Previews);

    public static readonly Option<string?> LogPrefix = OfSdScripts(
        Topic.Previews, "log_prefix", NameBeginning, null,
        "The beginning of the names of those folders, before the time.", steps: Steps.Previews,
        needs: Where("with LoraLoggingDir", settings => settings.LoggingDir is not null));
}
