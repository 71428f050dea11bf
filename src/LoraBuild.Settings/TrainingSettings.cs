using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Settings;

/// <summary>
/// Everything that an author can set about the training. Names and meanings are sd-scripts' and LyCORIS' own; the defaults are the values
/// of the article that LoraBuild follows, and sd-scripts' default where the article says nothing.
/// </summary>
public sealed partial record TrainingSettings
{
    /// <summary>Every option, in the order of the documentation.</summary>
    public static IReadOnlyList<TrainingOption> Options { get; } = TrainingOptions.All();

    /// <summary><c>v2</c>: whether the base model is of Stable Diffusion 2.x; null: as its files say, with which it has to agree.</summary>
    public bool? V2 { get; init; }

    /// <summary><c>clip_skip</c>: the UNet sees the text encoder's hidden states this many layers from the end, 1 to 12; null: of the last layer.</summary>
    public int? ClipSkip { get; init; }

    /// <summary><c>train_batch_size</c>: samples in a step; at least 1.</summary>
    public int TrainBatchSize { get; init; } = 4;

    /// <summary><c>gradient_accumulation_steps</c>: batches in an optimizer step, one after the other; at least 1.</summary>
    public int GradientAccumulationSteps { get; init; } = 1;

    /// <summary><c>max_train_steps</c>: how long to train; at least one step.</summary>
    public TrainingLength MaxTrainSteps { get; init; } = new(10, InEpochs: true);

    /// <summary><c>max_train_epochs</c>: how many times to go through the dataset; where set, it counts and <see cref="MaxTrainSteps"/> does not.</summary>
    public int? MaxTrainEpochs { get; init; }

    /// <summary><c>save_every_n_epochs</c>: how often a file is written before the last one; 0: not at all.</summary>
    public int SaveEveryNEpochs { get; init; } = 1;

    /// <summary><c>save_every_n_steps</c>: also write a file every so many steps, at least 1; null: not.</summary>
    public int? SaveEveryNSteps { get; init; }

    /// <summary><c>save_last_n_epochs</c>: of the epochs' files only so many of the last are kept, at least 1; null: all.</summary>
    public int? SaveLastNEpochs { get; init; }

    /// <summary><c>save_last_n_steps</c>: files of <see cref="SaveEveryNSteps"/> older than so many steps are removed; null: none is.</summary>
    public int? SaveLastNSteps { get; init; }

    /// <summary><c>save_last_n_epochs_state</c>: as <see cref="SaveLastNEpochs"/>, of states; null: the same.</summary>
    public int? SaveLastNEpochsState { get; init; }

    /// <summary><c>save_last_n_steps_state</c>: as <see cref="SaveLastNSteps"/>, of states; null: the same.</summary>
    public int? SaveLastNStepsState { get; init; }

    /// <summary><c>save_state</c>: beside each written file the training's state is written.</summary>
    public bool SaveState { get; init; }

    /// <summary><c>save_state_on_train_end</c>: the training's state is written at its end.</summary>
    public bool SaveStateOnTrainEnd { get; init; }

    /// <summary><c>resume</c>: a saved state that the training goes on from; null: it starts at its first step.</summary>
    public string? Resume { get; init; }

    /// <summary><c>save_precision</c>: the number format of the written files.</summary>
    public ModelPrecision SavePrecision { get; init; } = ModelPrecision.Float16;

    /// <summary><c>mixed_precision</c>: the number format that a GPU computes in. A CPU always computes in 32 bits.</summary>
    public ModelPrecision MixedPrecision { get; init; } = ModelPrecision.Float16;

    /// <summary><c>seed</c>: with the same seed the same training gives the same file; at least 0.</summary>
    public int Seed { get; init; } = 42;

    /// <summary><c>gradient_checkpointing</c>: activations are computed again instead of kept, which takes less memory and more time.</summary>
    public bool GradientCheckpointing { get; init; } = true;

    /// <summary><c>xformers</c>: attention in its memory-efficient form, here the engine's fused kernel.</summary>
    public bool Xformers { get; init; } = true;

    /// <summary><c>algo</c>: the kind of adapter.</summary>
    public AdapterAlgorithm Algo { get; init; } = AdapterAlgorithm.LoHa;

    /// <summary><c>network_dim</c>: rank of the adapters of linear layers and 1x1 convolutions; 1 to 1024.</summary>
    public int NetworkDim { get; init; } = 4;

    /// <summary><c>network_alpha</c>: their changes are scaled by alpha over rank; above 0.</summary>
    public double NetworkAlpha { get; init; } = 4;

    /// <summary><c>preset</c>: which layers get adapters.</summary>
    public AdapterPreset Preset { get; init; } = AdapterPreset.Full;

    /// <summary>
    /// <c>conv_dim</c> (the article's conv_rank): rank of the adapters of larger convolutions; 0: they get none. <see cref="Parse"/> takes 0
    /// for <see cref="AdapterAlgorithm.Lora"/> where it is not named, as <c>networks.lora</c> does.
    /// </summary>
    public int ConvDim { get; init; } = 4;

    /// <summary><c>conv_alpha</c>: the scale's numerator for larger convolutions; above 0.</summary>
    public double ConvAlpha { get; init; } = 4;

    /// <summary><c>network_train_unet_only</c>: the text encoder gets no adapters.</summary>
    public bool NetworkTrainUnetOnly { get; init; }

    /// <summary><c>network_dropout</c>: the share of values that adapters drop; 0 to 0.99.</summary>
    public double NetworkDropout { get; init; }

    /// <summary><c>rank_dropout</c>: the share of ranks (<c>lora</c>) or output channels of the change (the others) that are dropped; 0 to 0.99.</summary>
    public double RankDropout { get; init; }

    /// <summary><c>module_dropout</c>: how likely an adapter is left out of a step; 0 to 0.99.</summary>
    public double ModuleDropout { get; init; }

    /// <summary><c>dora_wd</c>: weight decomposition (DoRA, arXiv:2402.09353).</summary>
    public bool DoraWd { get; init; }

    /// <summary><c>wd_on_output</c>: DoRA's lengths are those of the output channels' weights, otherwise of the input channels'.</summary>
    public bool WdOnOutput { get; init; } = true;

    /// <summary><c>use_tucker</c>: larger convolutions have a core tensor of their own.</summary>
    public bool UseTucker { get; init; }

    /// <summary><c>use_scalar</c>: each adapter is scaled by a learnt number that starts at 0.</summary>
    public bool UseScalar { get; init; }

    /// <summary><c>rs_lora</c>: changes are scaled by alpha over the rank's square root (arXiv:2312.03732).</summary>
    public bool RsLora { get; init; }

    /// <summary><c>factor</c>: the largest size of LoKr's smaller factor; -1 for the divisor next to the square root.</summary>
    public int Factor { get; init; } = -1;

    /// <summary><c>decompose_both</c>: LoKr's smaller factor is a low-rank product too.</summary>
    public bool DecomposeBoth { get; init; }

    /// <summary><c>full_matrix</c>: neither factor of LoKr is a low-rank product.</summary>
    public bool FullMatrix { get; init; }

    /// <summary><c>unbalanced_factorization</c>: LoKr's sizes of the output are swapped between both factors.</summary>
    public bool UnbalancedFactorization { get; init; }

    /// <summary><c>down_lr_weight</c>: factors of the learning rate for the UNet's blocks on the way down; null: 1.</summary>
    public BlockValues? DownLrWeight { get; init; }

    /// <summary><c>mid_lr_weight</c>: the factor for the block between; null: 1.</summary>
    public BlockValues? MidLrWeight { get; init; }

    /// <summary><c>up_lr_weight</c>: factors for the blocks on the way up; null: 1.</summary>
    public BlockValues? UpLrWeight { get; init; }

    /// <summary><c>block_dims</c>: <see cref="NetworkDim"/> for each of the UNet's 25 blocks.</summary>
    public BlockValues? BlockDims { get; init; }

    /// <summary><c>block_alphas</c>: <see cref="NetworkAlpha"/> for each of the UNet's 25 blocks.</summary>
    public BlockValues? BlockAlphas { get; init; }

    /// <summary><c>conv_block_dims</c>: <see cref="ConvDim"/> for each of the UNet's 25 blocks.</summary>
    public BlockValues? ConvBlockDims { get; init; }

    /// <summary><c>conv_block_alphas</c>: <see cref="ConvAlpha"/> for each of the UNet's 25 blocks.</summary>
    public BlockValues? ConvBlockAlphas { get; init; }

    /// <summary><c>scale_weight_norms</c>: the longest that a layer's change may be (L2 norm); null: any length.</summary>
    public double? ScaleWeightNorms { get; init; }

    /// <summary><c>network_weights</c>: a LoRA file whose weights the training starts from; null: new weights.</summary>
    public string? NetworkWeights { get; init; }

    /// <summary><c>dim_from_weights</c>: layers, kinds, ranks and alphas are those of <see cref="NetworkWeights"/>.</summary>
    public bool DimFromWeights { get; init; }

    /// <summary><c>validation_split</c>: the share of each group's pictures that is not trained on but measured; 0 to below 1.</summary>
    public double ValidationSplit { get; init; }

    /// <summary><c>validation_seed</c>: which pictures these are, and their noise; null: <see cref="Seed"/>.</summary>
    public int? ValidationSeed { get; init; }

    /// <summary><c>validate_every_n_steps</c>: measure every so many steps besides at the epochs' ends; null: not.</summary>
    public int? ValidateEveryNSteps { get; init; }

    /// <summary><c>validate_every_n_epochs</c>: after how many epochs to measure; at least 1.</summary>
    public int? ValidateEveryNEpochs { get; init; }

    /// <summary><c>max_validation_steps</c>: at most so many pictures are measured; null: all.</summary>
    public int? MaxValidationSteps { get; init; }

    /// <summary>Reads options by their sd-scripts names. What is not named has its default; an empty text is the same as not naming it.</summary>
    /// <param name="options">Values by <see cref="TrainingOption.Name"/>.</param>
    /// <param name="problems">All problems: LB1008 for an unknown name or a value that the option (or the optimizer) does not take, LB5001
    /// for values that do not go together. The result is of no use where there is an error.</param>
    public static TrainingSettings Parse(IReadOnlyDictionary<string, string> options, out IReadOnlyList<Diagnostic> problems)
    {
        var found = new List<Diagnostic>();
        var settings = new TrainingSettings();
        foreach (var (name, text) in options.OrderBy(option => option.Key, StringComparer.Ordinal))
        {
            if (Options.FirstOrDefault(option => option.Name == name) is not { } option)
                found.Add(new(DiagnosticCode.InvalidProperty, Severity.Error, UnknownOption(name)));
            else if (text.Trim().Length > 0 || option.Default.Length == 0)
            {
                if (option.Apply(settings, text) is { } applied)
                    settings = applied;
                else
                    found.Add(new(DiagnosticCode.InvalidProperty, Severity.Error, $"{option.Property} {option.Refuse(text)}"));
            }
        }

        if (settings.Algo == AdapterAlgorithm.Lora && (!options.TryGetValue("conv_dim", out var convDim) || convDim.Trim().Length == 0))
            settings = settings with { ConvDim = 0 };
        found.AddRange(settings.OptimizerArgs.ProblemsFor(settings.OptimizerType).Select(message => new Diagnostic(
            DiagnosticCode.InvalidProperty, Severity.Error, $"LoraOptimizerArgs: {message}")));
        if (found.Count == 0)
            found.AddRange(settings.Contradictions().Concat(AdapterContradictions.Of(settings)).Select(message => new Diagnostic(DiagnosticCode.InvalidTrainingSetting, Severity.Error, message)));
        problems = found;
        return settings;
    }

    /// <summary>Every option's value as text, by name; <see cref="Parse"/> reads them back to equal settings.</summary>
    public IReadOnlyDictionary<string, string> ToOptions() => Options.ToDictionary(option => option.Name, option => option.Text(this));

    private static string UnknownOption(string name) =>
        Nearest.Of(name, Options.Select(option => option.Name)) is { } nearest
            ? $"There is no training option '{name}'. Did you mean '{nearest}'?"
            : $"There is no training option '{name}'. build/README.md lists all that there are.";

    private IEnumerable<string> Contradictions() => PictureContradictions().Concat(LearningContradictions());
}
