using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Settings.Tests.Settings;

public class TrainingSettingsTests
{
    [Theory]
    [InlineData("shuffle_caption", "true")]
    [InlineData("random_crop", "true")]
    [InlineData("enable_bucket", "true")]
    [InlineData("bucket_no_upscale", "true")]
    [InlineData("save_precision", "fp16")]
    [InlineData("save_every_n_epochs", "1")]
    [InlineData("train_batch_size", "4")]
    [InlineData("max_token_length", "225")]
    [InlineData("xformers", "true")]
    [InlineData("persistent_data_loader_workers", "true")]
    [InlineData("seed", "42")]
    [InlineData("gradient_checkpointing", "true")]
    [InlineData("mixed_precision", "fp16")]
    [InlineData("noise_offset", "0.03")]
    [InlineData("optimizer_type", "lion8bit")]
    [InlineData("learning_rate", "0.00015")]
    [InlineData("optimizer_args", "weight_decay=0.1")]
    [InlineData("lr_scheduler", "cosine_with_restarts")]
    [InlineData("lr_scheduler_num_cycles", "3")]
    [InlineData("text_encoder_lr", "7.5E-05")]
    [InlineData("network_dim", "4")]
    [InlineData("network_alpha", "4")]
    [InlineData("conv_dim", "4")]
    [InlineData("conv_alpha", "4")]
    [InlineData("algo", "loha")]
    [InlineData("max_train_steps", "10 epochs")]
    [InlineData("lr_warmup_steps", "auto")]
    public void The_defaults_are_the_articles(string name, string value) =>
        Assert.Equal(value, Options.FindName(name)!.DefaultText);

    [Theory]
    [InlineData("dora_wd=true", 0)]
    [InlineData("dora_wd=true;wd_on_output=true", 1)]
    [InlineData("wd_on_output=true", 0)]
    [InlineData("algo=lokr;use_tucker=true", 1)]
    [InlineData("algo=loha;use_tucker=true", 0)]
    public void Files_that_other_programs_read_otherwise_are_warned_about(string options, int count)
    {
        var settings = TrainingSettings.Parse(options.Split(';').Select(option => option.Split(
            '=')).ToDictionary(option => option[0], option => option[1]), out var problems);

        Assert.Empty(problems);
        var warnings = settings.WarningsOfOtherPrograms();
        Assert.Equal(count, warnings.Count);
        Assert.All(warnings, warning => Assert.Equal((DiagnosticCode.OthersDiffer, Severity.Warning), (warning.Code, warning.Severity)));
    }

    [Theory]
    [InlineData("network_train_unet_only=true;shuffle_caption=false", "")]
    [InlineData("shuffle_caption=false", "LoraNetworkTrainUnetOnly to true")]
    [InlineData("network_train_unet_only=true", "LoraShuffleCaption to false")]
    [InlineData("network_train_unet_only=true;shuffle_caption=false;enable_wildcard=true", "LoraEnableWildcard to false")]
    [InlineData("network_train_unet_only=true;shuffle_caption=false;caption_dropout_rate=0.1", "LoraCaptionDropoutRate to 0")]
    [InlineData(
        "network_train_unet_only=true;shuffle_caption=false;caption_dropout_every_n_epochs=2", "LoraCaptionDropoutEveryNEpochs to 0")]
    [InlineData("network_train_unet_only=true;shuffle_caption=false;caption_tag_dropout_rate=0.1", "LoraCaptionTagDropoutRate to 0")]
    [InlineData("network_train_unet_only=true;shuffle_caption=false;token_warmup_step=5", "LoraTokenWarmupStep to 0")]
    public void Texts_that_are_encoded_once_must_stay_the_same(string options, string cure)
    {
        foreach (var cache in (string[])["cache_text_encoder_outputs", "cache_text_encoder_outputs_to_disk"])
        {
            TrainingSettings.Parse(
                options.Split(';').Select(option => option.Split('=')).Append([cache, "true"])
                    .ToDictionary(option => option[0], option => option[1]),
                out var problems);

            Assert.Equal(cure.Length > 0 ? 1 : 0, problems.Count);
            Assert.All(problems, problem => Assert.Equal(DiagnosticCode.InvalidTrainingSetting, problem.Code));
            Assert.All(problems, problem => Assert.Contains(cure, problem.Message, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void An_option_is_a_property_of_MSBuild_under_its_name_in_Pascal_case()
    {
        Assert.Contains(Options.Training, option => option is { Name: "noise_offset", Property: "LoraNoiseOffset" });
        Assert.Equal(Options.Training.Count, Options.Training.Select(option => option.Property).Distinct().Count());
    }

    [Fact]
    public void Every_option_changes_a_setting_of_its_own()
    {
        var changed = ChangedOptions.All;

        Assert.Equal(Options.Training.Select(option => option.Name!).Order(), changed.Keys.Order());
        Assert.All(changed, option =>
        {
            var settings = TrainingSettings.Parse(new Dictionary<string, string> { [option.Key] = option.Value }, out var problems);
            Assert.DoesNotContain(problems, problem => problem.Code == DiagnosticCode.InvalidProperty);
            var different = Options.Training.Where(other => settings.Text(other) != other.DefaultText).Select(other => other.Name!);
            Assert.Equal([option.Key], different);
            Assert.Equal(settings, TrainingSettings.Parse(settings.ToOptions(), out _));
        });
    }

    [Fact]
    public void A_resolution_that_is_not_set_is_the_models()
    {
        var set = TrainingSettings.Parse(new Dictionary<string, string> { ["resolution"] = "512" }, out _);

        Assert.Equal(new(768, 768), new TrainingSettings().TrainedResolution);
        Assert.Equal(new(512, 512), set.WithResolution(new(1024, 1024), out _).TrainedResolution);
        Assert.Equal(new(1024, 1024), new TrainingSettings().WithResolution(new(1024, 1024), out var none).TrainedResolution);
        Assert.Empty(none);
        var bounded = new TrainingSettings { BucketNoUpscale = false, MaxBucketReso = 768 };
        bounded.WithResolution(new(1024, 1024), out var problems);
        Assert.Contains("Raise LoraMaxBucketReso", Assert.Single(problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_and_empty_texts_give_the_defaults()
    {
        var empty = Options.Training.ToDictionary(option => option.Name!, _ => " ");

        Assert.Equal(new TrainingSettings(), TrainingSettings.Parse(new Dictionary<string, string>(), out var none));
        Assert.Equal(new TrainingSettings(), TrainingSettings.Parse(empty, out var blank));
        Assert.Empty(none.Concat(blank));
    }

    [Fact]
    public void All_problems_are_told_at_once()
    {
        TrainingSettings.Parse(
            new Dictionary<string, string> { ["noise_ofset"] = "0.1", ["seed"] = "-3", ["lr_scheduler"] = "cosin", ["train_batch_size"] =
                "4" },
            out var problems);

        Assert.Equal(3, problems.Count);
        Assert.All(problems, problem => Assert.Equal(DiagnosticCode.InvalidProperty, problem.Code));
        Assert.Contains(problems, problem => problem.Message.Contains("'noise_offset'", StringComparison.Ordinal));
        Assert.Contains(problems, problem => problem.Message == "LoraSeed is '-3'; it must be a whole number of at least 0.");
        Assert.Contains(problems, problem => problem.Message.EndsWith("Did you mean 'cosine'?", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("resolution", "768x768")]
    [InlineData("resolution", "1,2,3")]
    [InlineData("noise_offset", "NaN")]
    [InlineData("noise_offset", "1,5")]
    [InlineData("max_train_steps", "0")]
    [InlineData("max_train_steps", "ten epochs")]
    [InlineData("lr_warmup_steps", "-1 epochs")]
    [InlineData("max_train_steps", "0.5")]
    [InlineData("lr_warmup_steps", "150%")]
    [InlineData("optimizer_args", "weight_decay=much")]
    [InlineData("optimizer_args", "weight_decay=0.1 weight_decay=0.2")]
    [InlineData("optimizer_args", "weight_decay 0.1")]
    [InlineData("xformers", "yes")]
    [InlineData("clip_skip", "0")]
    [InlineData("preset", "atn-mlp")]
    [InlineData("down_lr_weight", "1,1,1")]
    [InlineData("down_lr_weight", "sinus")]
    [InlineData("block_dims", "4,4")]
    [InlineData("rank_dropout", "1")]
    public void A_value_out_of_range_is_refused_with_what_is_allowed(string name, string text)
    {
        TrainingSettings.Parse(new Dictionary<string, string> { [name] = text }, out var problems);

        var option = Options.FindName(name)!;
        Assert.Equal($"{option.Property} is '{text}'; it must be {option.Allowed}.", Assert.Single(problems).Message);
    }

    [Theory]
    [InlineData(
        "adamw", "weight_decay=1e-1 bettas=0.9,0.99", "AdamW takes no 'bettas'. Did you mean 'betas'? It takes weight_decay, betas, eps.")]
    [InlineData("lion", "betas=0.9,1", "betas is '0.9,1'; it must be two numbers from 0 to below 1, such as 0.9,0.99.")]
    [InlineData("prodigy", "d_coeff=2", "Prodigy takes no 'd_coeff'. Did you mean 'd_coef'?")]
    [InlineData("adafactor", "relative_step=0", "relative_step is '0'; it must be True or False.")]
    [InlineData("lion", "d_coef=2", "Lion takes no 'd_coef'. It takes weight_decay, betas.")]
    public void Arguments_that_an_optimizer_does_not_take_are_refused_with_those_that_it_takes(
        string optimizer, string arguments, string message)
    {
        TrainingSettings.Parse(
            new Dictionary<string, string> { ["optimizer_type"] = optimizer, ["optimizer_args"] = arguments, ["text_encoder_lr"] = "0" },
            out var problems);

        Assert.StartsWith($"LoraOptimizerArgs: {message}", Assert.Single(problems).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("weight_decay=1e-1", "weight_decay=0.1")]
    [InlineData("betas=(0.9, 0.99);weight_decay=.01", "betas=0.9,0.99 weight_decay=0.01")]
    [InlineData("relative_step=false  beta1=None", "relative_step=False beta1=None")]
    [InlineData("decay_type=\"1-sqrt\" step_rules='1:10,0.5'", "decay_type='1-sqrt' step_rules='1:10,0.5'")]
    [InlineData(" ", "")]
    public void Arguments_are_read_as_sd_scripts_reads_them(string text, string normalized)
    {
        var arguments = KeywordArguments.Parse(text);

        Assert.Equal(normalized, arguments.ToString());
        Assert.Equal(arguments, KeywordArguments.Parse(normalized));
    }

    [Theory]
    [InlineData("bucket_reso_steps=36", "multiple of 8")]
    [InlineData("scale_v_pred_loss_like_noise_pred=true v_parameterization=false", "set LoraVParameterization")]
    [InlineData("v_pred_like_loss=1 v_parameterization=true", "Leave it out")]
    [InlineData("optimizer_type=Prodigy learning_rate=1", "Set both to the same")]
    [InlineData("optimizer_type=Prodigy learning_rate=1 text_encoder_lr=1 loraplus_unet_lr_ratio=4", "Take LoraLoraplusUnetLrRatio away")]
    [InlineData("min_timestep=500 max_timestep=400", "Lower it")]
    [InlineData("lr_scheduler=cosine_with_min_lr", "needs LoraLrSchedulerMinLrRatio")]
    [InlineData("lr_scheduler=cosine_with_min_lr lr_scheduler_min_lr_ratio=0.1 lr_scheduler_args=min_lr=1e-5", "and not both")]
    [InlineData("lr_scheduler=cosine_with_min_lr lr_scheduler_args=min_lr=0.1", "Lower it")]
    [InlineData("lr_scheduler=polynomial learning_rate=0", "must be higher")]
    [InlineData("lr_scheduler=polynomial lr_scheduler_args=lr_end=0.001", "must be higher")]
    [InlineData("lr_scheduler=piecewise_constant", "needs step_rules in LoraLrSchedulerArgs")]
    [InlineData("lr_scheduler=piecewise_constant lr_scheduler_args=step_rules='1:10,0.5:5,0'", "step_rules is")]
    [InlineData("lr_scheduler=linear lr_scheduler_args=num_cycles=2", "linear takes no 'num_cycles'. It takes none.")]
    [InlineData("lr_scheduler=warmup_stable_decay lr_scheduler_args=decay_type='sqrt'", "decay_type is ''sqrt''; it must be 'linear' or")]
    [InlineData("bucket_no_upscale=false min_bucket_reso=1024 max_bucket_reso=768", "Swap them")]
    [InlineData("bucket_no_upscale=false resolution=768,1280", "Raise LoraMaxBucketReso")]
    [InlineData("enable_bucket=false resolution=100", "multiples of 8")]
    [InlineData("resolution=64 bucket_reso_steps=128", "Lower LoraBucketResoSteps")]
    [InlineData("bucket_no_upscale=false resolution=200,512 min_bucket_reso=256", "Lower LoraMinBucketReso")]
    [InlineData("cache_latents=true", "LoraRandomCrop shows it differently")]
    [InlineData("cache_latents_to_disk=true random_crop=false color_aug=true", "LoraColorAug shows it differently")]
    [InlineData("algo=lora use_tucker=true", "Set LoraAlgo to locon")]
    [InlineData("learning_rate=0 text_encoder_lr=0", "nothing would be learnt. Set LoraLearningRate")]
    [InlineData("unet_lr=0 network_train_unet_only=true", "nothing would be learnt. Set LoraUnetLr")]
    [InlineData("down_lr_weight=zeros mid_lr_weight=0 up_lr_weight=zeros network_train_unet_only=true", "so that nothing would be learnt")]
    [InlineData("full_fp16=true optimizer_type=adamw", "squares of gradients vanish")]
    [InlineData("fp8_base_unet=true mixed_precision=no", "LoraFp8BaseUnet needs LoraMixedPrecision fp16 or bf16")]
    [InlineData("full_bf16=true", "needs LoraMixedPrecision bf16, but it is fp16")]
    [InlineData("full_fp16=true mixed_precision=no", "needs LoraMixedPrecision fp16, but it is no")]
    [InlineData("blocks_to_swap=3 gradient_checkpointing=false", "LoraBlocksToSwap needs LoraGradientCheckpointing")]
    [InlineData("ema_decay=0.99 optimizer_type=adamwschedulefree", "Take LoraEmaDecay away")]
    [InlineData("algo=loha factor=8", "Set LoraAlgo to lokr")]
    [InlineData("dora_wd=true network_dropout=0.1", "Take LoraRankDropout")]
    [InlineData("dim_from_weights=true", "needs LoraNetworkWeights")]
    public void Values_that_do_not_go_together_are_refused(string options, string cure)
    {
        TrainingSettings.Parse(options.Split(' ').ToDictionary(o => o.Split('=')[0], o => o.Split('=', 2)[1]), out var problems);

        Assert.Contains(problems, problem => problem.Code == DiagnosticCode.InvalidTrainingSetting
            && problem.Message.Contains(cure, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("max_train_steps", "2000000000 epochs")]
    [InlineData("max_train_steps", "100000001")]
    [InlineData("max_train_steps", "auto")]
    [InlineData("lr_warmup_steps", "999999999 epochs")]
    [InlineData("lr_decay_steps", "auto")]
    public void A_length_that_no_training_has_is_refused_with_the_range(string option, string text)
    {
        TrainingSettings.Parse(new Dictionary<string, string> { [option] = text }, out var problems);

        var problem = Assert.Single(problems);
        Assert.Equal(DiagnosticCode.InvalidProperty, problem.Code);
        Assert.Contains("up to 100,000,000 steps or 100,000 epochs", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10 epochs", 37, 370)]
    [InlineData("1 epoch", 37, 37)]
    [InlineData("66", 37, 66)]
    [InlineData("0.1", 37, 36)]
    [InlineData("auto", 37, 37)]
    [InlineData("auto", 200, 184)]
    [InlineData("100000 epochs", 1_000_000, 100_000_000_000)]
    public void A_length_in_epochs_or_as_a_share_becomes_steps(string text, int stepsPerEpoch, long steps)
    {
        Assert.True(TrainingLength.TryParse(text, out var length));
        Assert.Equal(steps, length.Steps(stepsPerEpoch, totalSteps: 369));
        Assert.Equal(text, length.ToString());
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("8", 8)]
    public void Convolutions_get_no_LoRA_unless_their_rank_is_named(string dim, int expected) =>
        Assert.Equal(
            expected, TrainingSettings.Parse(new Dictionary<string, string> { ["algo"] = "lora", ["conv_dim"] = dim }, out _).ConvDim);

    [Fact]
    public void A_share_in_percent_is_the_same_as_a_fraction()
    {
        Assert.True(TrainingLength.TryParse("25%", out var percent));
        Assert.True(TrainingLength.TryParse("0.25", out var fraction));
        Assert.Equal(fraction, percent);
    }

    [Property]
    public Property A_name_with_one_letter_wrong_is_recognised() =>
        Prop.ForAll(
            Gen.Choose(0, Options.Training.Count - 1)
                .SelectMany(i => Gen.Choose(0, Options.Training[i].Name!.Length - 1).Select(j => (i, j))).ToArbitrary(),
            place =>
            {
                var name = Options.Training[place.i].Name!;
                var written = name.Remove(place.j, 1).Insert(place.j, "#");
                return Nearest.Of(written, Options.Training.Select(option => option.Name!)) == name;
            });

    [Fact]
    public void A_name_like_no_other_gets_no_suggestion() =>
        Assert.Null(Nearest.Of("zzzz", Options.Training.Select(option => option.Name!)));
}
