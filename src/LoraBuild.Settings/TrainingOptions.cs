using static LoraBuild.Settings.TrainingOption;

namespace LoraBuild.Settings;

/// <summary>The table of options: each one's text form, range and meaning beside the setting that it stands for.</summary>
internal static class TrainingOptions
{
    private const int MaxDim = 1024;
    private const double MaxAlpha = 1e4, MaxLrWeight = 100;

    private static readonly string LrWeights =
        $"empty, {UNetBlockIndex.PerWay} numbers with commas between, or sine, cosine, linear, reverse_linear or zeros, to which a number is added as in sine+.25";

    private static readonly string BlockDims = $"empty or {UNetBlockIndex.Count} whole numbers from 0 to {MaxDim} with commas between";

    private static readonly string BlockAlphas = $"empty or {UNetBlockIndex.Count} numbers from 0 to {MaxAlpha} with commas between";

    public static IReadOnlyList<TrainingOption> All() =>
    [
        .. PictureOptions.All(),
        .. CaptionOptions.All(),
        OptionalFlag("v2", "Whether the base model is of Stable Diffusion 2.x; its files tell, so this can only agree.", s => s.V2, (s, v) => s with { V2 = v }),
        OptionalInteger(
            "clip_skip", 1, 12,
            "The UNet sees the text encoder's hidden states this many layers from the end; not set: of the last layer.",
            s => s.ClipSkip, (s, v) => s with { ClipSkip = v }),
        Integer(
            "train_batch_size", 1, 1024,
            "How many samples a step takes.",
            s => s.TrainBatchSize, (s, v) => s with { TrainBatchSize = v }),
        Integer(
            "gradient_accumulation_steps", 1, 1024,
            "How many batches a step takes, one after the other: a larger batch in the same memory.",
            s => s.GradientAccumulationSteps, (s, v) => s with { GradientAccumulationSteps = v }),
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
        OptionalInteger(
            "save_every_n_steps", 1, int.MaxValue,
            "Also write a file every so many steps.",
            s => s.SaveEveryNSteps, (s, v) => s with { SaveEveryNSteps = v }),
        OptionalInteger(
            "save_last_n_epochs", 1, 100_000,
            "Of the files of epochs, keep so many of the last; not set: all.",
            s => s.SaveLastNEpochs, (s, v) => s with { SaveLastNEpochs = v }),
        OptionalInteger(
            "save_last_n_steps", 1, int.MaxValue,
            "Of the files of save_every_n_steps, remove those that are older than so many steps.",
            s => s.SaveLastNSteps, (s, v) => s with { SaveLastNSteps = v }),
        OptionalInteger(
            "save_last_n_epochs_state", 1, 100_000,
            "Of the states of epochs, keep so many of the last; not set: as save_last_n_epochs.",
            s => s.SaveLastNEpochsState, (s, v) => s with { SaveLastNEpochsState = v }),
        OptionalInteger(
            "save_last_n_steps_state", 1, int.MaxValue,
            "Of the states of save_every_n_steps, remove those that are older than so many steps; not set: as save_last_n_steps.",
            s => s.SaveLastNStepsState, (s, v) => s with { SaveLastNStepsState = v }),
        Flag(
            "save_state",
            "Beside each written file, the finished one included, the training's state is written, NAME-state.safetensors, to resume from.",
            s => s.SaveState, (s, v) => s with { SaveState = v }),
        Flag(
            "save_state_on_train_end",
            "The training's state is written at its end.",
            s => s.SaveStateOnTrainEnd, (s, v) => s with { SaveStateOnTrainEnd = v }),
        Parsed(
            "resume",
            "empty or a file",
            "A state that save_state wrote, from which the training goes on: weights, optimizer and step.",
            s => s.Resume, (s, v) => s with { Resume = v }, text => text),
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
        .. LearningOptions.All(),
        Choice(
            "algo",
            [("loha", AdapterAlgorithm.LoHa), ("lora", AdapterAlgorithm.Lora), ("locon", AdapterAlgorithm.LoCon), ("lokr", AdapterAlgorithm.LoKr)],
            "The kind of adapter: LyCORIS' `loha`, `locon` and `lokr`, or `lora` as sd-scripts' own `networks.lora`.",
            s => s.Algo, (s, v) => s with { Algo = v }),
        Parsed(
            "preset",
            $"{string.Join(", ", AdapterPreset.Names)}, or a list of layers' names in which * stands for any characters",
            "Which layers get adapters: LyCORIS' presets, or a list of its classes of modules and of layers' names, "
                + "such as `CrossAttention, mid_block.*`. With `lora`, `full` means the layers of `networks.lora`.",
            s => s.Preset, (s, v) => s with { Preset = v ?? AdapterPreset.Full }, AdapterPreset.TryParse),
        Integer(
            "network_dim", 1, MaxDim,
            "The rank of the adapters of linear layers and 1x1 convolutions.",
            s => s.NetworkDim, (s, v) => s with { NetworkDim = v }),
        Number(
            "network_alpha", 1e-3, MaxAlpha,
            "Their changes are scaled by alpha over rank.",
            s => s.NetworkAlpha, (s, v) => s with { NetworkAlpha = v }),
        Integer(
            "conv_dim", 0, MaxDim,
            "The rank of the adapters of larger convolutions; 0, the default of `lora`: they get none.",
            s => s.ConvDim, (s, v) => s with { ConvDim = v }),
        Number(
            "conv_alpha", 1e-3, MaxAlpha,
            "The changes of larger convolutions are scaled by it over their rank.",
            s => s.ConvAlpha, (s, v) => s with { ConvAlpha = v }),
        Flag(
            "network_train_unet_only",
            "The text encoder gets no adapters.",
            s => s.NetworkTrainUnetOnly, (s, v) => s with { NetworkTrainUnetOnly = v }),
        Number(
            "network_dropout", 0, 0.99,
            "The share of values that adapters drop: of the low-rank ones with `lora`, of what is added to a layer's output with the others.",
            s => s.NetworkDropout, (s, v) => s with { NetworkDropout = v }),
        Number(
            "rank_dropout", 0, 0.99,
            "The share of ranks (`lora`), or of the change's output channels (the others), that are dropped at each step.",
            s => s.RankDropout, (s, v) => s with { RankDropout = v }),
        Number(
            "module_dropout", 0, 0.99,
            "How likely an adapter is left out of a step.",
            s => s.ModuleDropout, (s, v) => s with { ModuleDropout = v }),
        Flag(
            "dora_wd",
            "Weight decomposition (DoRA): length and direction of a layer's weights are learnt apart.",
            s => s.DoraWd, (s, v) => s with { DoraWd = v }),
        Flag(
            "wd_on_output",
            "With dora_wd: the lengths are those of the output channels' weights, otherwise of the input channels'.",
            s => s.WdOnOutput, (s, v) => s with { WdOnOutput = v }),
        Flag(
            "use_tucker",
            "Larger convolutions are decomposed as Tucker does: their kernel is a small tensor of its own.",
            s => s.UseTucker, (s, v) => s with { UseTucker = v }),
        Flag(
            "use_scalar",
            "Each adapter is scaled by a learnt number that starts at 0.",
            s => s.UseScalar, (s, v) => s with { UseScalar = v }),
        Flag(
            "rs_lora",
            "Changes are scaled by alpha over the rank's square root.",
            s => s.RsLora, (s, v) => s with { RsLora = v }),
        Integer(
            "factor", -1, 1024,
            "With `lokr`: the largest size of the smaller Kronecker factor; -1: as near to the square root as divides.",
            s => s.Factor, (s, v) => s with { Factor = v }),
        Flag(
            "decompose_both",
            "With `lokr`: the smaller Kronecker factor is a low-rank product too.",
            s => s.DecomposeBoth, (s, v) => s with { DecomposeBoth = v }),
        Flag(
            "full_matrix",
            "With `lokr`: neither Kronecker factor is a low-rank product.",
            s => s.FullMatrix, (s, v) => s with { FullMatrix = v }),
        Flag(
            "unbalanced_factorization",
            "With `lokr`: the output's sizes of both Kronecker factors are swapped.",
            s => s.UnbalancedFactorization, (s, v) => s with { UnbalancedFactorization = v }),
        Parsed(
            "down_lr_weight",
            LrWeights,
            "What the learning rate is multiplied by in the UNet's 12 blocks on the way down; blocks with 0 get no adapters.",
            s => s.DownLrWeight, (s, v) => s with { DownLrWeight = v }, text => BlockValues.TryParseCurve(text, UNetBlockIndex.PerWay, MaxLrWeight)),
        Parsed(
            "mid_lr_weight",
            $"empty or a number from 0 to {MaxLrWeight}",
            "The same in the block between.",
            s => s.MidLrWeight, (s, v) => s with { MidLrWeight = v }, text => BlockValues.TryParse(text, 1, MaxLrWeight)),
        Parsed(
            "up_lr_weight",
            LrWeights,
            "The same in the 12 blocks on the way up.",
            s => s.UpLrWeight, (s, v) => s with { UpLrWeight = v }, text => BlockValues.TryParseCurve(text, UNetBlockIndex.PerWay, MaxLrWeight)),
        Parsed(
            "block_dims",
            BlockDims,
            "The UNet's network_dim block by block: 12 down, the one between, 12 up.",
            s => s.BlockDims, (s, v) => s with { BlockDims = v }, text => BlockValues.TryParse(text, UNetBlockIndex.Count, MaxDim, whole: true)),
        Parsed(
            "block_alphas",
            BlockAlphas,
            "The UNet's network_alpha block by block.",
            s => s.BlockAlphas, (s, v) => s with { BlockAlphas = v }, text => BlockValues.TryParse(text, UNetBlockIndex.Count, MaxAlpha)),
        Parsed(
            "conv_block_dims",
            BlockDims,
            "conv_dim block by block.",
            s => s.ConvBlockDims, (s, v) => s with { ConvBlockDims = v }, text => BlockValues.TryParse(text, UNetBlockIndex.Count, MaxDim, whole: true)),
        Parsed(
            "conv_block_alphas",
            BlockAlphas,
            "conv_alpha block by block.",
            s => s.ConvBlockAlphas, (s, v) => s with { ConvBlockAlphas = v }, text => BlockValues.TryParse(text, UNetBlockIndex.Count, MaxAlpha)),
        OptionalNumber(
            "scale_weight_norms", 1e-3, 1e3,
            "After each step, a change of a layer's weight that is longer (L2 norm) is scaled down to this.",
            s => s.ScaleWeightNorms, (s, v) => s with { ScaleWeightNorms = v }),
        Parsed(
            "network_weights",
            "empty or a file",
            "A LoRA file whose weights the training starts from.",
            s => s.NetworkWeights, (s, v) => s with { NetworkWeights = v }, text => text),
        Flag(
            "dim_from_weights",
            "Layers, kinds, ranks and alphas are those of network_weights.",
            s => s.DimFromWeights, (s, v) => s with { DimFromWeights = v }),
        Number(
            "validation_split", 0, 0.99,
            "The share of each group's pictures that is not trained on but measured after each epoch.",
            s => s.ValidationSplit, (s, v) => s with { ValidationSplit = v }),
        OptionalInteger(
            "validation_seed", 0, int.MaxValue,
            "Decides which pictures these are, and their noise; not set: seed.",
            s => s.ValidationSeed, (s, v) => s with { ValidationSeed = v }),
        OptionalInteger(
            "validate_every_n_steps", 1, int.MaxValue,
            "Also measure every so many steps.",
            s => s.ValidateEveryNSteps, (s, v) => s with { ValidateEveryNSteps = v }),
        OptionalInteger(
            "validate_every_n_epochs", 1, 100_000,
            "Measure after every so many epochs; not set: after each.",
            s => s.ValidateEveryNEpochs, (s, v) => s with { ValidateEveryNEpochs = v }),
        OptionalInteger(
            "max_validation_steps", 1, int.MaxValue,
            "Measure at most so many pictures.",
            s => s.MaxValidationSteps, (s, v) => s with { MaxValidationSteps = v }),
        .. SampleOptions.All(),
    ];
}
