using static LoraBuild.Settings.TrainingOption;

namespace LoraBuild.Settings;

/// <summary>The options of how a step learns: noise, loss, optimizer and learning rates.</summary>
internal static class LearningOptions
{
    public static IReadOnlyList<TrainingOption> All() =>
    [
        Number(
            "noise_offset", 0, 1,
            "How much of a constant per sample and channel is added to the noise, so that dark and bright pictures can be learnt.",
            s => s.NoiseOffset, (s, v) => s with { NoiseOffset = v }),
        Flag(
            "noise_offset_random_strength",
            "The strength of each sample's offset is drawn from 0 to noise_offset.",
            s => s.NoiseOffsetRandomStrength, (s, v) => s with { NoiseOffsetRandomStrength = v }),
        OptionalNumber(
            "adaptive_noise_scale", -10, 10,
            "So much of the mean of each channel's latents, without its sign, is added to noise_offset.",
            s => s.AdaptiveNoiseScale, (s, v) => s with { AdaptiveNoiseScale = v }),
        OptionalInteger(
            "multires_noise_iterations", 1, 64,
            "Coarser noise of so many sizes is added to the noise.",
            s => s.MultiresNoiseIterations, (s, v) => s with { MultiresNoiseIterations = v }),
        Number(
            "multires_noise_discount", 0, 1,
            "How strong each coarser noise is beside the one before.",
            s => s.MultiresNoiseDiscount, (s, v) => s with { MultiresNoiseDiscount = v }),
        OptionalNumber(
            "ip_noise_gamma", 0, 10,
            "So much of further noise is added to the latents and is not to be predicted.",
            s => s.IpNoiseGamma, (s, v) => s with { IpNoiseGamma = v }),
        Flag(
            "ip_noise_gamma_random_strength",
            "The strength of that noise is drawn for each sample from 0 to ip_noise_gamma.",
            s => s.IpNoiseGammaRandomStrength, (s, v) => s with { IpNoiseGammaRandomStrength = v }),
        Integer(
            "min_timestep", 0, 999,
            "The first timestep that is trained; 0 is nearly clean.",
            s => s.MinTimestep, (s, v) => s with { MinTimestep = v }),
        Integer(
            "max_timestep", 1, 1000,
            "The timestep after the last that is trained.",
            s => s.MaxTimestep, (s, v) => s with { MaxTimestep = v }),
        Flag(
            "v_parameterization",
            "The base model predicts velocities, as Stable Diffusion 2.x at 768 pixels does.",
            s => s.VParameterization, (s, v) => s with { VParameterization = v }),
        Flag(
            "zero_terminal_snr",
            "Nothing of the picture is left at the last timestep.",
            s => s.ZeroTerminalSnr, (s, v) => s with { ZeroTerminalSnr = v }),
        Choice(
            "loss_type", [("l2", LossType.L2), ("l1", LossType.L1), ("huber", LossType.Huber), ("smooth_l1", LossType.SmoothL1)],
            "How far a prediction is from its target.",
            s => s.LossType, (s, v) => s with { LossType = v }),
        Choice(
            "huber_schedule", [("snr", HuberSchedule.Snr), ("exponential", HuberSchedule.Exponential), ("constant", HuberSchedule.Constant)],
            "How the threshold of the losses huber and smooth_l1 depends on the timestep.",
            s => s.HuberSchedule, (s, v) => s with { HuberSchedule = v }),
        Number(
            "huber_c", 1e-6, 1,
            "Above this difference those losses grow linearly.",
            s => s.HuberC, (s, v) => s with { HuberC = v }),
        Number(
            "huber_scale", 1e-6, 1e6,
            "A factor of the threshold; huber_schedule snr does not use it.",
            s => s.HuberScale, (s, v) => s with { HuberScale = v }),
        OptionalNumber(
            "min_snr_gamma", 0.001, 1000,
            "Bounds the weight of nearly clean samples in the loss; not set: all weigh the same.",
            s => s.MinSnrGamma, (s, v) => s with { MinSnrGamma = v }),
        Flag(
            "debiased_estimation_loss",
            "Losses weigh more the noisier a sample is.",
            s => s.DebiasedEstimationLoss, (s, v) => s with { DebiasedEstimationLoss = v }),
        Flag(
            "scale_v_pred_loss_like_noise_pred",
            "Losses of velocities weigh as those of noise would.",
            s => s.ScaleVPredLossLikeNoisePred, (s, v) => s with { ScaleVPredLossLikeNoisePred = v }),
        OptionalNumber(
            "v_pred_like_loss", 0, 1000,
            "So much of the loss that a velocity would have is added to that of the noise.",
            s => s.VPredLikeLoss, (s, v) => s with { VPredLikeLoss = v }),
        Choice(
            "optimizer_type",
            [
                ("lion8bit", OptimizerType.Lion8bit),
                ("lion", OptimizerType.Lion),
                ("adamw", OptimizerType.AdamW),
                ("adamw8bit", OptimizerType.AdamW8bit),
                ("prodigy", OptimizerType.Prodigy),
                ("adafactor", OptimizerType.Adafactor),
                ("adamwschedulefree", OptimizerType.AdamWScheduleFree),
            ],
            "The optimizer.",
            s => s.OptimizerType, (s, v) => s with { OptimizerType = v }),
        OptimizerArgs(
            "optimizer_args",
            "The optimizer's own settings, KEY=VALUE with spaces between; what is not named has the optimizer's own default.",
            s => s.OptimizerArgs, (s, v) => s with { OptimizerArgs = v }),
        Number(
            "learning_rate", 0, 1,
            "The highest learning rate of the UNet's adapters where unet_lr is not set.",
            s => s.LearningRate, (s, v) => s with { LearningRate = v }),
        OptionalNumber(
            "unet_lr", 0, 1,
            "The highest learning rate of the UNet's adapters; not set: learning_rate.",
            s => s.UnetLr, (s, v) => s with { UnetLr = v }),
        Number(
            "text_encoder_lr", 0, 1,
            "The highest learning rate of the text encoder's adapters.",
            s => s.TextEncoderLr, (s, v) => s with { TextEncoderLr = v }),
        Choice(
            "lr_scheduler",
            [
                ("cosine_with_restarts", LearningRateSchedule.CosineWithRestarts),
                ("cosine", LearningRateSchedule.Cosine),
                ("cosine_with_min_lr", LearningRateSchedule.CosineWithMinLr),
                ("linear", LearningRateSchedule.Linear),
                ("polynomial", LearningRateSchedule.Polynomial),
                ("inverse_sqrt", LearningRateSchedule.InverseSqrt),
                ("warmup_stable_decay", LearningRateSchedule.WarmupStableDecay),
                ("constant_with_warmup", LearningRateSchedule.ConstantWithWarmup),
                ("constant", LearningRateSchedule.Constant),
            ],
            "How the learning rates change over the training.",
            s => s.LrScheduler,
            (s, v) => s with { LrScheduler = v }),
        Integer(
            "lr_scheduler_num_cycles", 1, 1000,
            "How often cosine_with_restarts falls to 0; half cosines of cosine_with_min_lr and of the decay of warmup_stable_decay.",
            s => s.LrSchedulerNumCycles, (s, v) => s with { LrSchedulerNumCycles = v }),
        Number(
            "lr_scheduler_power", 0.01, 100,
            "The power of the schedule polynomial.",
            s => s.LrSchedulerPower, (s, v) => s with { LrSchedulerPower = v }),
        OptionalInteger(
            "lr_scheduler_timescale", 1, int.MaxValue,
            "Over how many steps the schedule inverse_sqrt falls; not set: as many as the warm-up.",
            s => s.LrSchedulerTimescale, (s, v) => s with { LrSchedulerTimescale = v }),
        OptionalNumber(
            "lr_scheduler_min_lr_ratio", 0, 1,
            "The lowest learning rate of cosine_with_min_lr and warmup_stable_decay, as a share of the highest.",
            s => s.LrSchedulerMinLrRatio, (s, v) => s with { LrSchedulerMinLrRatio = v }),
        LengthOrShare(
            "lr_warmup_steps",
            "How long the learning rates rise from 0 at first.",
            s => s.LrWarmupSteps, (s, v) => s with { LrWarmupSteps = v }),
        LengthOrShare(
            "lr_decay_steps",
            "How long the learning rates of warmup_stable_decay fall at the end.",
            s => s.LrDecaySteps, (s, v) => s with { LrDecaySteps = v }),
        Number(
            "max_grad_norm", 0, 1e6,
            "Longer gradients, over all weights together, are scaled down to this length; 0: none is.",
            s => s.MaxGradNorm, (s, v) => s with { MaxGradNorm = v }),
    ];
}
