using static LoraBuild.Settings.OptionKind;

namespace LoraBuild.Settings;

/// <content>Noise, loss, optimizer and learning rates.</content>
public static partial class Options
{
    private static readonly Precondition WhereHuber = Where("with LoraLossType huber or smooth_l1", UsesHuber);

    private static readonly string ScheduleFree = string.Join(
        " or ", Settings.OptimizerType.All.Where(type => type.IsScheduleFree).Select(type => type.Name.ToLowerInvariant()));

    private static readonly Precondition WhereScheduled = Where(
        $"with another LoraOptimizerType than {ScheduleFree}, whose rate stays the same", IsScheduled);

    public static readonly Option<double> NoiseOffset = OfSdScripts(
        Topic.Noise, "noise_offset", Number(0, 1), 0.03,
        "The strength of a constant per sample and channel that is added to the noise, so that dark and bright pictures can be "
            + "learnt.", sdScriptsDefault: "0");

    public static readonly Option<bool> NoiseOffsetRandomStrength = OfSdScripts(
        Topic.Noise, "noise_offset_random_strength", Flag, false,
        "The strength of each sample's offset is drawn from 0 to `noise_offset`.",
        needs: Where("with LoraNoiseOffset above 0", settings => settings.NoiseOffset > 0));

    public static readonly Option<double?> AdaptiveNoiseScale = OfSdScripts(
        Topic.Noise, "adaptive_noise_scale", Number(-10, 10).OrEmpty(), null,
        "This share of the absolute mean of each channel's latents is added to `noise_offset`.",
        needs: Where("with LoraNoiseOffset above 0", settings => settings.NoiseOffset > 0));

    public static readonly Option<int?> MultiresNoiseIterations = OfSdScripts(
        Topic.Noise, "multires_noise_iterations", Whole(1, 64).OrEmpty(), null,
        "The number of coarser sizes of noise that are added to the noise.");

    public static readonly Option<double> MultiresNoiseDiscount = OfSdScripts(
        Topic.Noise, "multires_noise_discount", Number(0, 1), 0.3,
        "The strength of each coarser noise as a share of the one before.",
        needs: Where("with LoraMultiresNoiseIterations above 1", settings => settings.MultiresNoiseIterations > 1));

    public static readonly Option<double?> IpNoiseGamma = OfSdScripts(
        Topic.Noise, "ip_noise_gamma", Number(0, 10).OrEmpty(), null,
        "The strength of further noise that is added to the latents and is not to be predicted.");

    public static readonly Option<bool> IpNoiseGammaRandomStrength = OfSdScripts(
        Topic.Noise, "ip_noise_gamma_random_strength", Flag, false,
        "The strength of that noise is drawn for each sample from 0 to `ip_noise_gamma`.",
        needs: Where("with LoraIpNoiseGamma above 0", settings => settings.IpNoiseGamma > 0));

    public static readonly Option<int> MinTimestep = OfSdScripts(
        Topic.Noise, "min_timestep", Whole(0, 999), 0,
        "The first timestep that is trained; 0 is nearly clean.");

    public static readonly Option<int> MaxTimestep = OfSdScripts(
        Topic.Noise, "max_timestep", Whole(1, 1000), 1000,
        "The timestep after the last that is trained.");

    public static readonly Option<bool?> VParameterization = OfSdScripts(
        Topic.Noise, "v_parameterization", OptionalFlag, null,
        "The base model predicts velocities, as NoobAI's V-Pred and Stable Diffusion 2.x at 768 pixels do. Where its files tell, this can "
            + "only agree; where neither tells, it predicts noise.");

    public static readonly Option<bool> ZeroTerminalSnr = OfSdScripts(
        Topic.Noise, "zero_terminal_snr", Flag, false,
        "Nothing of the picture is left at the last timestep.");

    public static readonly Option<LossType> LossType = OfSdScripts(
        Topic.Loss, "loss_type",
        Choice(
            ("l2", Settings.LossType.L2),
            ("l1", Settings.LossType.L1),
            ("huber", Settings.LossType.Huber),
            ("smooth_l1", Settings.LossType.SmoothL1)),
        Settings.LossType.L2,
        "The measure of the distance between a prediction and its target.");

    public static readonly Option<HuberSchedule> HuberSchedule = OfSdScripts(
        Topic.Loss, "huber_schedule",
        Choice(
            ("snr", Settings.HuberSchedule.Snr),
            ("exponential", Settings.HuberSchedule.Exponential),
            ("constant", Settings.HuberSchedule.Constant)),
        Settings.HuberSchedule.Snr,
        "The dependence of the threshold of the losses `huber` and `smooth_l1` on the timestep.",
        needs: WhereHuber);

    public static readonly Option<double> HuberC = OfSdScripts(
        Topic.Loss, "huber_c", Number(1e-6, 1), 0.1,
        "The losses `huber` and `smooth_l1` grow linearly above this difference.",
        needs: WhereHuber);

    public static readonly Option<double> HuberScale = OfSdScripts(
        Topic.Loss, "huber_scale", Number(1e-6, 1e6), 1,
        "A factor of that threshold; `huber_schedule` `snr` does not use it.",
        needs: Where("with LoraLossType huber or smooth_l1 and another LoraHuberSchedule than snr", settings =>
            UsesHuber(settings) && settings.HuberSchedule != Settings.HuberSchedule.Snr));

    public static readonly Option<double?> MinSnrGamma = OfSdScripts(
        Topic.Loss, "min_snr_gamma", Number(0.001, 1000).OrEmpty(), null,
        "The bound on the weight of nearly clean samples in the loss; not set: all weigh the same.");

    public static readonly Option<bool> DebiasedEstimationLoss = OfSdScripts(
        Topic.Loss, "debiased_estimation_loss", Flag, false,
        "Noisier samples weigh more in the loss.");

    public static readonly Option<bool> ScaleVPredLossLikeNoisePred = OfSdScripts(
        Topic.Loss, "scale_v_pred_loss_like_noise_pred", Flag, false,
        "Losses of velocities weigh as those of noise would.");

    public static readonly Option<double?> VPredLikeLoss = OfSdScripts(
        Topic.Loss, "v_pred_like_loss", Number(0, 1000).OrEmpty(), null,
        "This share of the loss that a velocity would have is added to that of the noise.");

    public static readonly Option<OptimizerType> OptimizerType = OfSdScripts(
        Topic.Optimizer, "optimizer_type",
        Choice([.. Settings.OptimizerType.All.Select(type => (type.Name.ToLowerInvariant(), type))]),
        Settings.OptimizerType.Lion8bit,
        "The optimizer.", sdScriptsDefault: "adamw");

    public static readonly Option<KeywordArguments> OptimizerArgs = OfSdScripts(
        Topic.Optimizer, "optimizer_args", Arguments("weight_decay=0.1 betas=0.9,0.99"), KeywordArguments.OfArticle,
        "The optimizer's own settings, KEY=VALUE with spaces between. A key that is not named has the optimizer's own default.");

    public static readonly Option<double> LearningRate = OfSdScripts(
        Topic.LearningRate, "learning_rate", Number(0, 1), 0.00015,
        "The highest learning rate of the UNet's adapters where `unet_lr` is not set.", sdScriptsDefault: "2E-06",
        needs: Where("without LoraUnetLr, or with LoraLrScheduler polynomial", settings =>
            settings.UnetLr is null || settings.LrScheduler == LearningRateSchedule.Polynomial));

    public static readonly Option<double?> UnetLr = OfSdScripts(
        Topic.LearningRate, "unet_lr", Number(0, 1).OrEmpty(), null,
        "The highest learning rate of the UNet's adapters; not set: `learning_rate`.");

    public static readonly Option<TextEncoderRates> TextEncoderLr = OfSdScripts(
        Topic.LearningRate, "text_encoder_lr",
        Parsed("a number from 0 to 1, or one for each text encoder with commas between", TextEncoderRates.TryParse) with
        {
            Form = OptionForm.Real,
        },
        0.000075,
        "The highest learning rate of the text encoder's adapters; of several text encoders one for all, or one for each.",
        needs: Where("without LoraNetworkTrainUnetOnly", settings => !settings.NetworkTrainUnetOnly));

    public static readonly Option<LearningRateSchedule> LrScheduler = OfSdScripts(
        Topic.LearningRate, "lr_scheduler",
        Choice(
            ("cosine_with_restarts", LearningRateSchedule.CosineWithRestarts),
            ("cosine", LearningRateSchedule.Cosine),
            ("cosine_with_min_lr", LearningRateSchedule.CosineWithMinLr),
            ("linear", LearningRateSchedule.Linear),
            ("polynomial", LearningRateSchedule.Polynomial),
            ("inverse_sqrt", LearningRateSchedule.InverseSqrt),
            ("warmup_stable_decay", LearningRateSchedule.WarmupStableDecay),
            ("piecewise_constant", LearningRateSchedule.PiecewiseConstant),
            ("constant_with_warmup", LearningRateSchedule.ConstantWithWarmup),
            ("constant", LearningRateSchedule.Constant)),
        LearningRateSchedule.CosineWithRestarts,
        "The schedule of the learning rates over the training.", sdScriptsDefault: "constant",
        needs: WhereScheduled);

    public static readonly Option<KeywordArguments> LrSchedulerArgs = OfSdScripts(
        Topic.LearningRate, "lr_scheduler_args", Arguments("num_cycles=0.75"), KeywordArguments.None,
        "The schedule's own settings, KEY=VALUE with spaces between, texts in quotes: `num_cycles` of `cosine`, whole waves, of which it "
            + "takes a half by itself; `lr_end` of `polynomial` (1e-7); `min_lr` of `cosine_with_min_lr`; `warmup_type` and `decay_type` "
            + "of `warmup_stable_decay`, `'linear'`, `'cosine'` or `'1-sqrt'`; `step_rules` of `piecewise_constant`, as "
            + "`step_rules='1:100,0.1:200,0.01'`: the factor 1 for the first 100 steps, 0.1 up to step 200, and then 0.01.",
        needs: WhereScheduled);

    public static readonly Option<int> LrSchedulerNumCycles = OfSdScripts(
        Topic.LearningRate, "lr_scheduler_num_cycles", Whole(1, 1000), 3,
        "The number of falls to 0 of `cosine_with_restarts`; of half cosines of `cosine_with_min_lr` and of the decay of "
            + "`warmup_stable_decay`.", sdScriptsDefault: "1",
        needs: WhereScheduleIs(
            LearningRateSchedule.CosineWithRestarts, LearningRateSchedule.CosineWithMinLr, LearningRateSchedule.WarmupStableDecay));

    public static readonly Option<double> LrSchedulerPower = OfSdScripts(
        Topic.LearningRate, "lr_scheduler_power", Number(0.01, 100), 1,
        "The power of the schedule `polynomial`.",
        needs: WhereScheduleIs(LearningRateSchedule.Polynomial));

    public static readonly Option<int?> LrSchedulerTimescale = OfSdScripts(
        Topic.LearningRate, "lr_scheduler_timescale", Whole(1, int.MaxValue).OrEmpty(), null,
        "The number of steps over which the schedule `inverse_sqrt` falls; not set: as many as the warm-up.",
        needs: WhereScheduleIs(LearningRateSchedule.InverseSqrt));

    public static readonly Option<double?> LrSchedulerMinLrRatio = OfSdScripts(
        Topic.LearningRate, "lr_scheduler_min_lr_ratio", Number(0, 1).OrEmpty(), null,
        "The lowest learning rate of cosine_with_min_lr and warmup_stable_decay, as a share of the highest.",
        needs: WhereScheduleIs(LearningRateSchedule.CosineWithMinLr, LearningRateSchedule.WarmupStableDecay));

    public static readonly Option<TrainingLength> LrWarmupSteps = OfSdScripts(
        Topic.LearningRate, "lr_warmup_steps", LengthShareOrAuto, TrainingLength.Automatic,
        "The stretch over which the learning rates rise from 0 at first. `auto`: an epoch, but at most half of the training.",
        sdScriptsDefault: "0",
        needs: Where(
            $"with another LoraLrScheduler than constant and piecewise_constant, and another LoraOptimizerType than {ScheduleFree}",
            settings => IsScheduled(settings) && settings.LrScheduler.HasWarmup));

    public static readonly Option<TrainingLength> LrDecaySteps = OfSdScripts(
        Topic.LearningRate, "lr_decay_steps", LengthOrShare, default,
        "The stretch over which the learning rates of `warmup_stable_decay` fall at the end.",
        needs: WhereScheduleIs(LearningRateSchedule.WarmupStableDecay));

    public static readonly Option<double> MaxGradNorm = OfSdScripts(
        Topic.LearningRate, "max_grad_norm", Number(0, 1e6), 1,
        "Longer gradients, over all weights together, are scaled down to this length; 0: none is.");

    private static bool UsesHuber(TrainingSettings settings) => settings.LossType is Settings.LossType.Huber or Settings.LossType.SmoothL1;

    private static bool IsScheduled(TrainingSettings settings) => !settings.OptimizerType.IsScheduleFree;

    private static Precondition WhereScheduleIs(params LearningRateSchedule[] schedules) => new(
        () =>
            $"with {LrScheduler} {string.Join(" or ", schedules.Select(LrScheduler.Format))}, and another {OptimizerType} than "
                + ScheduleFree,
        settings => IsScheduled(settings.Training) && schedules.Contains(settings.Training.LrScheduler));
}
