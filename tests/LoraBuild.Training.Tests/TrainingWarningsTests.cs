using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Manifest;
using LoraBuild.Settings;
using LoraBuild.Settings.Sampling;
using LoraBuild.Training.Captions;
using LoraBuild.Training.Data;
using LoraBuild.Training.Schedules;

namespace LoraBuild.Training.Tests;

public class TrainingWarningsTests
{
    // Ten samples in five steps an epoch.
    [Theory]
    [InlineData(
        "max_train_steps=3 lr_warmup_steps=9",
        "LoraLrWarmupSteps is 9, 9 steps, but the training has 3: the learning rate rises to 3.333e-5 instead of 1.5e-4")]
    [InlineData("max_train_steps=3 lr_warmup_steps=1_epoch", "LoraLrWarmupSteps is 1 epoch, 5 steps")]
    [InlineData(
        "max_train_steps=10 lr_warmup_steps=6 lr_decay_steps=6 lr_scheduler=warmup_stable_decay", "LoraLrDecaySteps are 6 and 6 steps")]
    [InlineData("max_train_epochs=3 save_every_n_epochs=3", "LoraSaveEveryNEpochs is 3, but the training has 3 epochs")]
    [InlineData("max_train_epochs=3 save_every_n_steps=15", "LoraSaveEveryNSteps is 15")]
    [InlineData("max_train_epochs=3 caption_dropout_every_n_epochs=4", "LoraCaptionDropoutEveryNEpochs is 4")]
    [InlineData("max_train_epochs=3 token_warmup_step=16", "LoraTokenWarmupStep is 16")]
    [InlineData("max_train_epochs=3 validation_split=0.5 validate_every_n_epochs=4", "LoraValidateEveryNEpochs is 4")]
    [InlineData("max_train_epochs=3 validation_split=0.5 validate_every_n_steps=16", "LoraValidateEveryNSteps is 16")]
    [InlineData("max_train_epochs=3 sample_prompts=a sample_every_n_epochs=4", "LoraSampleEveryNEpochs is 4")]
    [InlineData("max_train_epochs=3 sample_prompts=a sample_every_n_steps=16", "LoraSampleEveryNSteps is 16")]
    [InlineData("max_train_epochs=3 prior_loss_weight=0.5", "LoraPriorLossWeight has no effect")]
    [InlineData("max_train_epochs=3 enable_wildcard=true", "LoraEnableWildcard has no effect: no caption has alternatives in braces")]
    [InlineData("max_train_epochs=3 weighted_captions=true", "LoraWeightedCaptions has no effect: no caption has brackets")]
    [InlineData("max_train_epochs=3 keep_tokens_separator=|||", "LoraKeepTokensSeparator has no effect: no caption has '|||'")]
    [InlineData("max_train_epochs=3 secondary_separator=;;", "LoraSecondarySeparator has no effect: no caption has ';;'")]
    [InlineData("max_train_epochs=3 gradient_accumulation_steps=6", "LoraGradientAccumulationSteps is 6, but an epoch has 5 batches")]
    public void What_never_counts_in_a_training_of_this_length_is_warned_about(string options, string message)
    {
        var warning = Assert.Single(Of(options, validated: 1));

        Assert.Equal((DiagnosticCode.SettingWithoutEffect, Severity.Warning), (warning.Code, warning.Severity));
        Assert.Contains(message, warning.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("max_train_steps=3")]
    [InlineData("max_train_steps=3 lr_warmup_steps=9 lr_scheduler=constant")]
    [InlineData("max_train_epochs=1")]
    [InlineData("max_train_steps=3 enable_wildcard=true caption_prefix={a|b}")]
    [InlineData("max_train_steps=3 weighted_captions=true caption_suffix=(hat:1.2)")]
    [InlineData("max_train_steps=3 keep_tokens_separator=||| caption_prefix=a|||")]
    [InlineData(
        "max_train_epochs=3 save_every_n_epochs=2 save_every_n_steps=14 caption_dropout_every_n_epochs=3 validate_every_n_epochs=9 "
            + "sample_every_n_steps=99")]
    public void What_counts_is_not_warned_about(string options) => Assert.Empty(Of(options, validated: 1));

    [Fact]
    public void A_split_of_less_than_a_picture_is_warned_about() =>
        Assert.Contains(
            "LoraValidationSplit (0.1) has no effect", Assert.Single(Of("validation_split=0.1", validated: 0)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Captions_beyond_the_length_are_named_with_their_tokens()
    {
        var dataset = Dataset(Settings("max_token_length=75"), "aoi, smile", string.Join(", ", Enumerable.Repeat("hat", 40)));

        var warning = TrainingWarnings.OfCaptions(Settings("max_token_length=75"), dataset, TestData.Miniature)!;

        Assert.Equal((DiagnosticCode.TextTooLong, Severity.Warning), (warning.Code, warning.Severity));
        Assert.Contains("raise LoraMaxTokenLength", warning.Message, StringComparison.Ordinal);
        Assert.EndsWith("1_aoi/b.png (79).", warning.Message, StringComparison.Ordinal);
        Assert.Null(TrainingWarnings.OfCaptions(Settings("max_token_length=150"), dataset, TestData.Miniature));
    }

    [Fact]
    public void Prompts_beyond_the_length_are_named_once_with_their_line()
    {
        var prompt = new PictureRequest { Prompt = string.Join(", ", Enumerable.Repeat("hat", 120)), NegativePrompt = "hat" };

        using var folder = new TemporaryFolder();
        var file = folder.File("prompts.txt");
        File.WriteAllText(file, $"# hats\n1girl\n{prompt.Prompt} --n hat\n");

        var warning = Assert.Single(PromptLength.Warnings([prompt, prompt with { Seed = 2 }], TestData.Miniature, file));

        Assert.Equal((DiagnosticCode.TextTooLong, file, 3), (warning.Code, warning.File, warning.Line));
        Assert.Contains("239 tokens, of which the first 225 count", warning.Message, StringComparison.Ordinal);
    }

    private static List<Diagnostic> Of(string options, int validated)
    {
        var settings = Settings($"train_batch_size=2 {options}");
        var dataset = Dataset(settings, [.. Enumerable.Repeat("aoi", 10)]);
        return [.. TrainingWarnings.OfSettings(
            settings, TrainingPlan.For(settings, dataset.SamplesPerEpoch, dataset.BatchesPerEpoch), dataset, validated)];
    }

    private static TrainingSettings Settings(string options)
    {
        var settings = TrainingSettings.Parse(
            options.Split(' ').ToDictionary(option => option.Split('=')[0], option => option.Split('=')[1]
                .Replace("1_epoch", "1 epoch", StringComparison.Ordinal)), out var problems);
        Assert.Empty(problems);
        return settings;
    }

    private static TrainingDataset Dataset(TrainingSettings settings, params string[] captions) => TrainingDataset.Create(
        "",
        new DatasetManifest(
            ["aoi"],
            [new("1_aoi", 1, [.. captions.Select((caption, index) => new DatasetPicture(
                $"{(char)('a' + index)}.png", "", 512, 512, caption, "images/a.png", null))])]),
        settings);
}
