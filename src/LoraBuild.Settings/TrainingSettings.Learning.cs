namespace LoraBuild.Settings;

/// <content>How a step learns: noise, loss, optimizer and learning rates.</content>
public sealed partial record TrainingSettings
{
    /// <summary><c>noise_offset</c>: how much of a constant per sample and channel is added to the noise; 0 to 1.</summary>
    public double NoiseOffset { get; init; } = 0.03;

    /// <summary><c>noise_offset_random_strength</c>: each sample's offset has a strength drawn from 0 to <see cref="NoiseOffset"/>.</summary>
    public bool NoiseOffsetRandomStrength { get; init; }

    /// <summary><c>adaptive_noise_scale</c>: so much of the mean of a channel's latents, without its sign, is added to the offset's strength; null: nothing.</summary>
    public double? AdaptiveNoiseScale { get; init; }

    /// <summary><c>multires_noise_iterations</c>: noise of so many sizes, each at most half as fine as the one before, is added; null: none.</summary>
    public int? MultiresNoiseIterations { get; init; }

    /// <summary><c>multires_noise_discount</c>: how strong each size is beside the one before; 0 to 1.</summary>
    public double MultiresNoiseDiscount { get; init; } = 0.3;

    /// <summary><c>ip_noise_gamma</c>: strength of further noise that is added and is not to be predicted (arXiv:2301.11706); null: none.</summary>
    public double? IpNoiseGamma { get; init; }

    /// <summary><c>ip_noise_gamma_random_strength</c>: each sample's strength is drawn from 0 to <see cref="IpNoiseGamma"/>.</summary>
    public bool IpNoiseGammaRandomStrength { get; init; }

    /// <summary><c>min_timestep</c>: the first timestep that is trained, 0 to 999.</summary>
    public int MinTimestep { get; init; }

    /// <summary><c>max_timestep</c>: the one after the last timestep that is trained, 1 to 1000.</summary>
    public int MaxTimestep { get; init; } = 1000;

    /// <summary><c>v_parameterization</c>: the model predicts the velocity (arXiv:2202.00512) instead of the noise.</summary>
    public bool VParameterization { get; init; }

    /// <summary><c>zero_terminal_snr</c>: nothing of the picture is left at the last timestep (arXiv:2305.08891).</summary>
    public bool ZeroTerminalSnr { get; init; }

    /// <summary><c>loss_type</c>.</summary>
    public LossType LossType { get; init; }

    /// <summary><c>huber_schedule</c>.</summary>
    public HuberSchedule HuberSchedule { get; init; }

    /// <summary><c>huber_c</c>: the threshold between squared and linear, above 0 and up to 1.</summary>
    public double HuberC { get; init; } = 0.1;

    /// <summary><c>huber_scale</c>: a factor of the threshold; above 0.</summary>
    public double HuberScale { get; init; } = 1;

    /// <summary><c>min_snr_gamma</c>: bounds the weight of nearly clean samples in the loss (arXiv:2303.09556); null: all weigh the same.</summary>
    public double? MinSnrGamma { get; init; }

    /// <summary><c>debiased_estimation_loss</c>: losses weigh 1 / sqrt(SNR), or 1 / (SNR + 1) for velocities (arXiv:2310.08442).</summary>
    public bool DebiasedEstimationLoss { get; init; }

    /// <summary><c>scale_v_pred_loss_like_noise_pred</c>: losses of velocities weigh SNR / (SNR + 1).</summary>
    public bool ScaleVPredLossLikeNoisePred { get; init; }

    /// <summary><c>v_pred_like_loss</c>: so much of the loss that a velocity would have is added to that of the noise; null: nothing.</summary>
    public double? VPredLikeLoss { get; init; }

    /// <summary><c>optimizer_type</c>.</summary>
    public OptimizerType OptimizerType { get; init; } = OptimizerType.Lion8bit;

    /// <summary><c>optimizer_args</c>.</summary>
    public OptimizerArguments OptimizerArgs { get; init; } = OptimizerArguments.Default;

    /// <summary><c>learning_rate</c>: highest learning rate of the UNet's adapters where <see cref="UnetLr"/> is null; 0 to 1.</summary>
    public double LearningRate { get; init; } = 0.00015;

    /// <summary><c>unet_lr</c>: highest learning rate of the UNet's adapters; null: <see cref="LearningRate"/>.</summary>
    public double? UnetLr { get; init; }

    /// <summary><c>text_encoder_lr</c>: highest learning rate of the text encoder's adapters; 0 to 1.</summary>
    public double TextEncoderLr { get; init; } = 0.000075;

    /// <summary><c>lr_scheduler</c>: how the learning rates change over the training.</summary>
    public LearningRateSchedule LrScheduler { get; init; } = LearningRateSchedule.CosineWithRestarts;

    /// <summary><c>lr_scheduler_num_cycles</c>: how often <see cref="LearningRateSchedule.CosineWithRestarts"/> falls to 0; at least 1.</summary>
    public int LrSchedulerNumCycles { get; init; } = 3;

    /// <summary><c>lr_scheduler_power</c>: the power of <see cref="LearningRateSchedule.Polynomial"/>.</summary>
    public double LrSchedulerPower { get; init; } = 1;

    /// <summary><c>lr_scheduler_timescale</c>: steps of <see cref="LearningRateSchedule.InverseSqrt"/>; null: those of the warm-up, or 10,000.</summary>
    public int? LrSchedulerTimescale { get; init; }

    /// <summary><c>lr_scheduler_min_lr_ratio</c>: the lowest rate of the schedules that have one, as a share of the highest; 0 to 1.</summary>
    public double? LrSchedulerMinLrRatio { get; init; }

    /// <summary><c>lr_warmup_steps</c>: how long the learning rates rise from 0 at first.</summary>
    public TrainingLength LrWarmupSteps { get; init; } = new(1, InEpochs: true);

    /// <summary><c>lr_decay_steps</c>: how long the rates of <see cref="LearningRateSchedule.WarmupStableDecay"/> fall at the end.</summary>
    public TrainingLength LrDecaySteps { get; init; }

    /// <summary><c>max_grad_norm</c>: longer gradients, over all weights together, are scaled down to this length; 0: none is.</summary>
    public double MaxGradNorm { get; init; } = 1;

    private IEnumerable<string> LearningContradictions()
    {
        if (MinTimestep > MaxTimestep || (MinTimestep == MaxTimestep && MaxTimestep == 1000))
            yield return $"LoraMinTimestep ({MinTimestep}) leaves no timestep below LoraMaxTimestep ({MaxTimestep}). Lower it.";
        if (ScaleVPredLossLikeNoisePred && !VParameterization)
            yield return "LoraScaleVPredLossLikeNoisePred is for models that predict velocities. Set LoraVParameterization, or leave it out.";
        if (VPredLikeLoss is not null && VParameterization)
            yield return "LoraVPredLikeLoss is for models that predict noise. Leave it out, or LoraVParameterization.";
        if (OptimizerType == OptimizerType.Prodigy && !NetworkTrainUnetOnly && TextEncoderLr != 0 && TextEncoderLr != (UnetLr ?? LearningRate))
        {
            yield return FormattableString.Invariant(
                $"Prodigy finds one learning rate for all weights, but LoraTextEncoderLr ({TextEncoderLr}) is another than LoraUnetLr ({UnetLr ?? LearningRate}). Set both to the same, usually 1.");
        }

        if (LrScheduler == LearningRateSchedule.CosineWithMinLr && LrSchedulerMinLrRatio is null)
            yield return "LoraLrScheduler cosine_with_min_lr needs LoraLrSchedulerMinLrRatio, the lowest rate as a share of the highest.";
        if (LrScheduler == LearningRateSchedule.Polynomial && LearningRate <= 1e-7)
            yield return FormattableString.Invariant($"LoraLrScheduler polynomial ends at a rate of 1e-7, so LoraLearningRate ({LearningRate}) must be higher.");
    }
}
