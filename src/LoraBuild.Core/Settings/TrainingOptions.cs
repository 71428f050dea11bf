using static LoraBuild.Core.Settings.TrainingOption;

namespace LoraBuild.Core.Settings;

/// <summary>The table of options: each one's text form, range and meaning beside the setting that it stands for.</summary>
internal static class TrainingOptions
{
    public static IReadOnlyList<TrainingOption> All() =>
    [
        .. PictureOptions.All(),
        .. CaptionOptions.All(),
        OptionalInteger(
            "clip_skip", 1, 12,
            "The UNet sees the text encoder's hidden states this many layers from the end; not set: of the last layer.",
            s => s.ClipSkip, (s, v) => s with { ClipSkip = v }),
        Integer(
            "train_batch_size", 1, 1024,
            "How many samples a step takes.",
            s => s.TrainBatchSize, (s, v) => s with { TrainBatchSize = v }),
        Length(
            "max_train_steps", 1,
            "How long to train; an epoch here is the dataset's samples over the batch size, rounded up.",
            s => s.MaxTrainSteps, (s, v) => s with { MaxTrainSteps = v }),
        OptionalInteger(
            "max_train_epochs", 1, 100_000,
            "How many times to go through the dataset; where set, max_train_steps does not count.",
            s => s.MaxTrainEpochs, (s, v) => s with { MaxTrainEpochs = v }),
        Integer(
            "save_every_n_epochs", 0, 100_000,
            "How often a file is written before the last one; 0: not at all.",
            s => s.SaveEveryNEpochs, (s, v) => s with { SaveEveryNEpochs = v }),
        Choice(
            "save_precision", [("fp16", ModelPrecision.Float16), ("bf16", ModelPrecision.BFloat16), ("float", ModelPrecision.Float32)],
            "The number format of the written files.",
            s => s.SavePrecision, (s, v) => s with { SavePrecision = v }),
        Choice(
            "mixed_precision", [("fp16", ModelPrecision.Float16), ("bf16", ModelPrecision.BFloat16), ("no", ModelPrecision.Float32)],
            "The number format that a GPU computes in; a CPU always computes in 32 bits.",
            s => s.MixedPrecision, (s, v) => s with { MixedPrecision = v }),
        Integer("seed", 0, int.MaxValue, "The same seed gives the same training.", s => s.Seed, (s, v) => s with { Seed = v }),
        Flag(
            "gradient_checkpointing",
            "Activations are computed again instead of kept: less memory, more time.",
            s => s.GradientCheckpointing, (s, v) => s with { GradientCheckpointing = v }),
        Flag(
            "xformers",
            "Attention in its memory-efficient form: the engine's fused kernel.",
            s => s.Xformers, (s, v) => s with { Xformers = v }),
        Number(
            "noise_offset", 0, 1,
            "How much of a constant per sample and channel is added to the noise, so that dark and bright pictures can be learnt.",
            s => s.NoiseOffset, (s, v) => s with { NoiseOffset = v }),
        OptionalNumber(
            "min_snr_gamma", 0.001, 1000,
            "Bounds the weight of nearly clean samples in the loss; not set: all weigh the same.",
            s => s.MinSnrGamma, (s, v) => s with { MinSnrGamma = v }),
        Choice(
            "optimizer_type", [("lion8bit", OptimizerType.Lion8bit), ("lion", OptimizerType.Lion), ("adamw", OptimizerType.AdamW)],
            "The optimizer.",
            s => s.OptimizerType, (s, v) => s with { OptimizerType = v }),
        OptimizerArgs(
            "optimizer_args",
            "The optimizer's own settings: weight_decay and betas.",
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
                ("linear", LearningRateSchedule.Linear),
                ("constant_with_warmup", LearningRateSchedule.ConstantWithWarmup),
                ("constant", LearningRateSchedule.Constant),
            ],
            "How the learning rates change over the training.",
            s => s.LrScheduler,
            (s, v) => s with { LrScheduler = v }),
        Integer(
            "lr_scheduler_num_cycles", 1, 1000,
            "How often cosine_with_restarts falls to 0.",
            s => s.LrSchedulerNumCycles, (s, v) => s with { LrSchedulerNumCycles = v }),
        Length(
            "lr_warmup_steps", 0,
            "How long the learning rates rise from 0 at first.",
            s => s.LrWarmupSteps, (s, v) => s with { LrWarmupSteps = v }),
        Number(
            "max_grad_norm", 0, 1e6,
            "Longer gradients, over all weights together, are scaled down to this length; 0: none is.",
            s => s.MaxGradNorm, (s, v) => s with { MaxGradNorm = v }),
        Choice("algo", [("loha", AdapterAlgorithm.LoHa)], "The kind of adapter.", s => s.Algo, (s, v) => s with { Algo = v }),
        Integer(
            "network_dim", 1, 1024,
            "The rank of the adapters of linear layers and 1x1 convolutions.",
            s => s.NetworkDim, (s, v) => s with { NetworkDim = v }),
        Number(
            "network_alpha", 1e-3, 1e4,
            "Their changes are scaled by alpha over rank.",
            s => s.NetworkAlpha, (s, v) => s with { NetworkAlpha = v }),
        Integer(
            "conv_dim", 0, 1024,
            "The rank of the adapters of larger convolutions; 0: they get none.",
            s => s.ConvDim, (s, v) => s with { ConvDim = v }),
        Number(
            "conv_alpha", 1e-3, 1e4,
            "The changes of larger convolutions are scaled by it over their rank.",
            s => s.ConvAlpha, (s, v) => s with { ConvAlpha = v }),
        Flag(
            "network_train_unet_only",
            "The text encoder gets no adapters.",
            s => s.NetworkTrainUnetOnly, (s, v) => s with { NetworkTrainUnetOnly = v }),
    ];
}
