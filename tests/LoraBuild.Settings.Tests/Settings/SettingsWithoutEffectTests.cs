using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Settings.Tests.Settings;

public class SettingsWithoutEffectTests
{
    // Settings in which an option has no effect, what must be added for one, and the option.
    public static readonly TheoryData<string, string, string> Needing = new()
    {
        { "preset=attn-mlp dim_from_weights=true network_weights=a", "dim_from_weights=false", "LoraPreset" },
        { "train_norm=true dim_from_weights=true network_weights=a", "dim_from_weights=false", "LoraTrainNorm" },
        { "network_dim=8 dim_from_weights=true network_weights=a", "dim_from_weights=false", "LoraNetworkDim" },
        { "network_alpha=8 dim_from_weights=true network_weights=a", "dim_from_weights=false", "LoraNetworkAlpha" },
        { $"block_dims={Many("2")} dim_from_weights=true network_weights=a", "dim_from_weights=false", "LoraBlockDims" },
        { $"block_alphas={Many("2")} dim_from_weights=true network_weights=a", "dim_from_weights=false", "LoraBlockAlphas" },
        { "conv_dim=8 preset=attn-mlp", "preset=full", "LoraConvDim" },
        { "conv_alpha=8 conv_dim=0", "conv_dim=4", "LoraConvAlpha" },
        { $"conv_block_dims={Many("2")} preset=attn-only", "preset=full", "LoraConvBlockDims" },
        { $"conv_block_alphas={Many("2")} preset=attn-only", "preset=full", "LoraConvBlockAlphas" },
        { "wd_on_output=true", "dora_wd=true", "LoraWdOnOutput" },
        { "use_tucker=true preset=full-lin", "preset=full", "LoraUseTucker" },
        {
            "loraplus_text_encoder_lr_ratio=4 network_train_unet_only=true", "network_train_unet_only=false",
            "LoraLoraplusTextEncoderLrRatio"
        },
        { "training_comment=a no_metadata=true", "no_metadata=false", "LoraTrainingComment" },
        { "network_weights=a resume=b", "resume=", "LoraNetworkWeights" },
        { "keep_tokens=2 shuffle_caption=false", "shuffle_caption=true", "LoraKeepTokens" },
        { "keep_tokens_separator=| shuffle_caption=false", "caption_tag_dropout_rate=0.1", "LoraKeepTokensSeparator" },
        { "caption_separator=; shuffle_caption=false", "token_warmup_step=9", "LoraCaptionSeparator" },
        { "token_warmup_min=3", "token_warmup_step=0.5", "LoraTokenWarmupMin" },
        { "bucket_no_upscale=false enable_bucket=false", "enable_bucket=true", "LoraBucketNoUpscale" },
        { "bucket_reso_steps=32 enable_bucket=false", "enable_bucket=true", "LoraBucketResoSteps" },
        { "min_bucket_reso=320", "bucket_no_upscale=false", "LoraMinBucketReso" },
        { "max_bucket_reso=2048", "bucket_no_upscale=false", "LoraMaxBucketReso" },
        { "noise_offset_random_strength=true noise_offset=0", "noise_offset=0.1", "LoraNoiseOffsetRandomStrength" },
        { "adaptive_noise_scale=0.1 noise_offset=0", "noise_offset=0.1", "LoraAdaptiveNoiseScale" },
        { "multires_noise_discount=0.5", "multires_noise_iterations=6", "LoraMultiresNoiseDiscount" },
        { "ip_noise_gamma_random_strength=true", "ip_noise_gamma=0.1", "LoraIpNoiseGammaRandomStrength" },
        { "huber_schedule=constant", "loss_type=huber", "LoraHuberSchedule" },
        { "huber_c=0.1", "loss_type=smooth_l1", "LoraHuberC" },
        { "huber_scale=2 loss_type=huber", "huber_schedule=constant", "LoraHuberScale" },
        { "learning_rate=0.001 unet_lr=0.1", "unet_lr=", "LoraLearningRate" },
        { "text_encoder_lr=0.001 network_train_unet_only=true", "network_train_unet_only=false", "LoraTextEncoderLr" },
        { "lr_scheduler=cosine optimizer_type=adamwschedulefree", "optimizer_type=adamw", "LoraLrScheduler" },
        {
            "lr_scheduler_args=num_cycles=2 lr_scheduler=cosine optimizer_type=adamwschedulefree", "optimizer_type=adamw",
            "LoraLrSchedulerArgs"
        },
        { "lr_scheduler_num_cycles=3 lr_scheduler=cosine", "lr_scheduler=cosine_with_restarts", "LoraLrSchedulerNumCycles" },
        { "lr_scheduler_power=2", "lr_scheduler=polynomial", "LoraLrSchedulerPower" },
        { "lr_scheduler_timescale=9", "lr_scheduler=inverse_sqrt", "LoraLrSchedulerTimescale" },
        { "lr_scheduler_min_lr_ratio=0.1", "lr_scheduler=warmup_stable_decay", "LoraLrSchedulerMinLrRatio" },
        { "lr_decay_steps=9", "lr_scheduler=warmup_stable_decay", "LoraLrDecaySteps" },
        { "lr_warmup_steps=9 lr_scheduler=constant", "lr_scheduler=constant_with_warmup", "LoraLrWarmupSteps" },
        { "max_train_steps=100 max_train_epochs=2", "max_train_epochs=", "LoraMaxTrainSteps" },
        { "save_last_n_epochs=2 save_every_n_epochs=0", "save_every_n_epochs=1", "LoraSaveLastNEpochs" },
        { "save_last_n_steps=20", "save_every_n_steps=10", "LoraSaveLastNSteps" },
        { "save_last_n_epochs_state=2", "save_state=true", "LoraSaveLastNEpochsState" },
        { "save_last_n_steps_state=20 save_state=true", "save_every_n_steps=10", "LoraSaveLastNStepsState" },
        { "save_state_on_train_end=true save_state=true", "save_state=false", "LoraSaveStateOnTrainEnd" },
        { "validation_seed=3", "validation_split=0.1", "LoraValidationSeed" },
        { "validate_every_n_steps=3", "validation_split=0.1", "LoraValidateEveryNSteps" },
        { "validate_every_n_epochs=3", "validation_split=0.1", "LoraValidateEveryNEpochs" },
        { "max_validation_steps=3", "validation_split=0.1", "LoraMaxValidationSteps" },
        { "sample_every_n_epochs=3", "sample_prompts=a", "LoraSampleEveryNEpochs" },
        { "sample_every_n_steps=3 sample_prompts=a sample_every_n_epochs=1", "sample_every_n_epochs=", "LoraSampleEveryNSteps" },
        { "sample_at_first=true", "sample_prompts=a", "LoraSampleAtFirst" },
        { "sample_sampler=euler", "sample_prompts=a", "LoraSampleSampler" },
        { "log_prefix=a", "logging_dir=logs", "LoraLogPrefix" },
        { "LoraRegularizationCount=3", "LoraRegularizationPrompts=a", "LoraRegularizationCount" },
        { "LoraRatingThreshold=0.3", "LoraUseRatingTags=true", "LoraRatingThreshold" },
        { "LoraCharacterFile=her.yaml Character=a.yaml;b.yaml", "Character=a.yaml;her.yaml", "LoraCharacterFile" },
        { "LoraTagger=t LoraTaggerModel=t/model.onnx Tagger=other", "Tagger=t/model.onnx", "LoraTagger" },
        { "LoraTaggerModel=t/model.onnx Tagger=other", "Tagger=t/model.onnx", "LoraTaggerModel" },
        { "LoraTaggerLabels=t.csv LoraTaggerModel=a Tagger=other", "Tagger=a", "LoraTaggerLabels" },
        { "LoraCombineTaggers=average Tagger=a", "Tagger=a;b", "LoraCombineTaggers" },
        { "LoraTaggerThreshold=0.3", "Tagger=a", "LoraTaggerThreshold" },
        { "LoraCharacterThreshold=0.3", "Tagger=a", "LoraCharacterThreshold" },
        { "LoraUseRatingTags=true", "Tagger=a", "LoraUseRatingTags" },
        { "LoraTagOrder=score", "Tagger=a", "LoraTagOrder" },
        { "LoraEvidenceThreshold=0.3", "Tagger=a", "LoraEvidenceThreshold" },
        { "LoraTokenizerUrl=http://a LoraTokenizer=b", "LoraTokenizer=", "LoraTokenizerUrl" },
        { "LoraEvaluateNegativePrompt=a LoraEvaluateScale=1", "LoraEvaluateScale=7", "LoraEvaluateNegativePrompt" },
        { "LoraSelectEpoch=best save_every_n_epochs=0", "save_every_n_epochs=1", "LoraSelectEpoch" },
        { "LoraPublishEpochs=all save_every_n_epochs=0", "save_every_n_epochs=1", "LoraPublishEpochs" },
        { "LoraBaseModelSha256=0", "LoraBaseModel=a", "LoraBaseModelSha256" },
        { "LoraVaeSha256=0", "LoraVae=a", "LoraVaeSha256" },
        { "LoraRemoteCacheReadOnly=true", "LoraRemoteCache=a", "LoraRemoteCacheReadOnly" },
        { "LoraRemoteCacheTimeout=3", "LoraRemoteCache=a", "LoraRemoteCacheTimeout" },
    };

    [Theory]
    [MemberData(nameof(Needing))]
    public void An_option_without_what_it_needs_is_warned_about(string settings, string added, string property)
    {
        Assert.Contains(property, Warned(settings));
        Assert.DoesNotContain(property, Warned($"{settings} {added}"));
    }

    [Fact]
    public void Every_option_that_needs_others_is_tried() => Assert.Equal(
        Options.All.Where(option => option.Needs is not null).Select(option => option.Property).Order(StringComparer.Ordinal),
        Needing.Select(row => (string)row[2]).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("learning_rate=0", "LoraLearningRate")]
    [InlineData("unet_lr=0", "LoraUnetLr")]
    [InlineData("text_encoder_lr=0", "LoraTextEncoderLr")]
    [InlineData("down_lr_weight=zeros mid_lr_weight=0 up_lr_weight=zeros", "LoraUpLrWeight")]
    [InlineData("caption_dropout_rate=1", "LoraCaptionDropoutRate")]
    [InlineData("caption_dropout_every_n_epochs=1", "LoraCaptionDropoutEveryNEpochs")]
    [InlineData("caption_tag_dropout_rate=1", "LoraCaptionTagDropoutRate")]
    [InlineData("prior_loss_weight=0", "LoraPriorLossWeight")]
    [InlineData("optimizer_type=adafactor optimizer_args= unet_lr=0.1", "LoraUnetLr")]
    [InlineData("LoraTagReplacement=hat,cap;black_belt,black\u00A0belt", "LoraTagReplacement")]
    public void A_value_that_leaves_a_part_without_effect_is_warned_about(string settings, string property) =>
        Assert.Contains(property, Warned(settings));

    [Theory]
    [InlineData("")]
    [InlineData("text_encoder_lr=0 network_train_unet_only=true noise_offset_random_strength=false save_state_on_train_end=false")]
    [InlineData("optimizer_type=adafactor optimizer_args=relative_step=False learning_rate=0.1")]
    public void What_counts_or_is_off_is_not_warned_about(string settings) =>
        Assert.DoesNotContain(Warned(settings), property => property is not "LoraTextEncoderLr");

    private static List<string> Warned(string text)
    {
        var written = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(setting => setting.Split('=', 2))
            .GroupBy(setting => setting[0]).ToDictionary(setting => setting.Key, setting => setting.Last()[1]);
        var training = TrainingSettings.Parse(
            written.Where(setting => Options.FindName(setting.Key) is not null).ToDictionary(), out var problems);
        Assert.Empty(problems);
        var told = SettingsWithoutEffect.Of(
            new(training, written), 
                from setting in written
                let option = Options.FindName(setting.Key) ?? Options.Find(setting.Key)
                where option is not null && setting.Value.Length > 0
                select (option, setting.Value)).ToList();
        Assert.All(told, warning => Assert.Equal(
            (DiagnosticCode.SettingWithoutEffect, Severity.Warning), (warning.Warning.Code, warning.Warning.Severity)));
        Assert.All(told, warning => Assert.StartsWith("Lora", warning.Warning.Message, StringComparison.Ordinal));
        return [.. told.Select(warning => warning.Option.Property)];
    }

    private static string Many(string value) => string.Join(',', Enumerable.Repeat(value, BlockLayout.StableDiffusion.Count));
}
