using static LoraBuild.Settings.OptionKind;
using static LoraBuild.Settings.SdScriptsPlace;

namespace LoraBuild.Settings;

/// <content>Adapters and their layers.</content>
public static partial class Options
{
    private const int MaxDim = 1024;
    private const double MaxAlpha = 1e4, MaxLrWeight = 100;

    private static readonly int[] PerWay = [.. BlockLayout.All.Select(layout => layout.PerWay)];

    private static readonly int[] InMiddle = [.. BlockLayout.All.Select(layout => layout.InMiddle)];

    private static readonly int[] OfBlocks = [.. BlockLayout.All.Select(layout => layout.Count)];

    private static readonly string LrWeightsAllowed =
        $"empty, {string.Join(" or ", PerWay)} numbers with commas between, or sine, cosine, linear, reverse_linear or zeros, "
            + "to which a number is added as in sine+.25";

    private static readonly string DimsAllowed =
        $"empty or {string.Join(" or ", OfBlocks)} whole numbers from 0 to {MaxDim} with commas between";

    private static readonly string AlphasAllowed =
        $"empty or {string.Join(" or ", OfBlocks)} numbers from 0 to {MaxAlpha} with commas between";

    private static readonly Precondition WhereRanksAreChosen = Where(
        "without LoraDimFromWeights, which takes it from the file", settings => !settings.DimFromWeights);

    private static readonly Precondition WhereLargeConvolutions = Where(
        "where LoraPreset has larger convolutions, and without LoraDimFromWeights",
        settings => !settings.DimFromWeights && (settings.Algo == AdapterAlgorithm.Lora || settings.Preset.HasLargeConvolutions));

    private static readonly Precondition WhereLargeConvolutionsHaveRanks = Where(
        "where larger convolutions get adapters: by LoraPreset, LoraConvDim above 0 or LoraConvBlockDims, and without LoraDimFromWeights",
        settings => !settings.DimFromWeights
            && (settings.Algo == AdapterAlgorithm.Lora || settings.Preset.HasLargeConvolutions)
            && (settings.ConvDim > 0 || settings.ConvBlockDims is not null));

    public static readonly Option<AdapterAlgorithm> Algo = OfSdScripts(
        Topic.Adapters, "algo",
        Choice(
            ("loha", AdapterAlgorithm.LoHa),
            ("lora", AdapterAlgorithm.Lora),
            ("locon", AdapterAlgorithm.LoCon),
            ("lokr", AdapterAlgorithm.LoKr)),
        AdapterAlgorithm.LoHa,
        "The kind of adapter: LyCORIS' `loha`, `locon` and `lokr`, or `lora` as sd-scripts' own `networks.lora`.", InLyCoris);

    public static readonly Option<AdapterPreset> Preset = OfSdScripts(
        Topic.Adapters, "preset",
        Parsed(
            $"{string.Join(", ", AdapterPreset.Names)}, or a list of layers' names in which * stands for any characters",
            AdapterPreset.TryParse),
        AdapterPreset.Full,
        "The layers that get adapters: LyCORIS' presets, or a list of its classes of modules and of layers' names, such as "
            + "`CrossAttention, mid_block.*`. With `lora`, `full` means the layers of `networks.lora`. See [Adapters](#adapters).",
        InLyCoris,
        needs: WhereRanksAreChosen);

    public static readonly Option<int> NetworkDim = OfSdScripts(
        Topic.Adapters, "network_dim", Whole(1, MaxDim), 4,
        "The rank of the adapters of linear layers and 1x1 convolutions.",
        needs: WhereRanksAreChosen);

    public static readonly Option<double> NetworkAlpha = OfSdScripts(
        Topic.Adapters, "network_alpha", Number(1e-3, MaxAlpha), 4,
        "The changes of those layers are scaled by alpha over rank.", sdScriptsDefault: "1",
        needs: WhereRanksAreChosen);

    public static readonly Option<int> ConvDim = OfSdScripts(
        Topic.Adapters, "conv_dim", Whole(0, MaxDim), 4,
        "The rank of the adapters of larger convolutions; 0, the default of `lora`: they get none.", InNetwork,
        needs: WhereLargeConvolutions);

    public static readonly Option<double> ConvAlpha = OfSdScripts(
        Topic.Adapters, "conv_alpha", Number(1e-3, MaxAlpha), 4,
        "The changes of larger convolutions are scaled by it over their rank.", InNetwork,
        needs: WhereLargeConvolutionsHaveRanks);

    public static readonly Option<bool> NetworkTrainUnetOnly = OfSdScripts(
        Topic.Adapters, "network_train_unet_only", Flag, false,
        "The text encoder gets no adapters.");

    public static readonly Option<double> NetworkDropout = OfSdScripts(
        Topic.Adapters, "network_dropout", Number(0, 0.99), 0,
        "The share of values that adapters drop: of the low-rank ones with `lora`, of what is added to a layer's output with the others.");

    public static readonly Option<double> RankDropout = OfSdScripts(
        Topic.Adapters, "rank_dropout", Number(0, 0.99), 0,
        "The share of ranks (`lora`), or of the change's output channels (the others), that are dropped at each step.", InNetwork);

    public static readonly Option<double> ModuleDropout = OfSdScripts(
        Topic.Adapters, "module_dropout", Number(0, 0.99), 0,
        "The probability that an adapter is left out of a step.", InNetwork);

    public static readonly Option<bool> DoraWd = OfSdScripts(
        Topic.Adapters, "dora_wd", Flag, false,
        "Weight decomposition (DoRA): length and direction of a layer's weights are learnt apart.", InLyCoris);

    public static readonly Option<bool> WdOnOutput = OfSdScripts(
        Topic.Adapters, "wd_on_output", Flag, false,
        "With `dora_wd`: the lengths are those of the output channels' weights, otherwise of the input channels'. `true` is LyCORIS' own "
            + "default, which ComfyUI and A1111 compute wrongly, so that it warns (LB5010). See [Adapters](#adapters).",
        InLyCoris,
        needs: Where("with LoraDoraWd", settings => settings.DoraWd));

    public static readonly Option<bool> UseTucker = OfSdScripts(
        Topic.Adapters, "use_tucker", Flag, false,
        "Larger convolutions are decomposed as Tucker does: their kernel is a small tensor of its own. With `lokr`, neither LyCORIS nor "
            + "ComfyUI reads the file (LB5010).",
        InLyCoris,
        needs: WhereLargeConvolutionsHaveRanks);

    public static readonly Option<bool> UseScalar = OfSdScripts(
        Topic.Adapters, "use_scalar", Flag, false,
        "Each adapter is scaled by a learnt number that starts at 0.", InLyCoris);

    public static readonly Option<bool> TrainNorm = OfSdScripts(
        Topic.Adapters, "train_norm", Flag, false,
        "The UNet's normalisations learn, too: changes of their gains and biases, `w_norm` and `b_norm` in the file. Of those layers that "
            + "`preset` has.",
        InLyCoris,
        needs: WhereRanksAreChosen);

    public static readonly Option<bool> RsLora = OfSdScripts(
        Topic.Adapters, "rs_lora", Flag, false,
        "Changes are scaled by alpha over the rank's square root.", InLyCoris);

    public static readonly Option<int> Factor = OfSdScripts(
        Topic.Adapters, "factor", Whole(-1, 1024), -1,
        "With `lokr`: the largest size of the smaller Kronecker factor; -1: as near to the square root as divides.", InLyCoris);

    public static readonly Option<bool> DecomposeBoth = OfSdScripts(
        Topic.Adapters, "decompose_both", Flag, false,
        "With `lokr`: the smaller Kronecker factor is a low-rank product too.", InLyCoris);

    public static readonly Option<bool> FullMatrix = OfSdScripts(
        Topic.Adapters, "full_matrix", Flag, false,
        "With `lokr`: neither Kronecker factor is a low-rank product.", InLyCoris);

    public static readonly Option<bool> UnbalancedFactorization = OfSdScripts(
        Topic.Adapters, "unbalanced_factorization", Flag, false,
        "With `lokr`: the output's sizes of both Kronecker factors are swapped.", InLyCoris);

    public static readonly Option<BlockValues?> DownLrWeight = OfSdScripts(
        Topic.Adapters, "down_lr_weight",
        OptionalParsed(LrWeightsAllowed, text => BlockValues.TryParseCurve(text, PerWay, MaxLrWeight)),
        null,
        "The factor of the learning rate in the UNet's blocks on the way down, 9 in SDXL, 12 in others. Blocks with 0 get no adapters.",
        InNetwork);

    public static readonly Option<BlockValues?> MidLrWeight = OfSdScripts(
        Topic.Adapters, "mid_lr_weight",
        OptionalParsed(
            $"empty or {string.Join(" or ", InMiddle)} numbers from 0 to {MaxLrWeight} with commas between",
            text => BlockValues.TryParse(text, InMiddle, MaxLrWeight)),
        null,
        "The same for the blocks between, 3 in SDXL, 1 in others.", InNetwork);

    public static readonly Option<BlockValues?> UpLrWeight = OfSdScripts(
        Topic.Adapters, "up_lr_weight",
        OptionalParsed(LrWeightsAllowed, text => BlockValues.TryParseCurve(text, PerWay, MaxLrWeight)),
        null,
        "The same for the blocks on the way up.", InNetwork);

    public static readonly Option<BlockValues?> BlockDims = OfSdScripts(
        Topic.Adapters, "block_dims",
        OptionalParsed(DimsAllowed, text => BlockValues.TryParse(text, OfBlocks, MaxDim, whole: true)),
        null,
        "The UNet's `network_dim` block by block: 12 down, the one between, 12 up. In SDXL one that has no effect, 9 down, 3 between, "
            + "9 up, and one that has no effect.", InNetwork,
        needs: WhereRanksAreChosen);

    public static readonly Option<BlockValues?> BlockAlphas = OfSdScripts(
        Topic.Adapters, "block_alphas",
        OptionalParsed(AlphasAllowed, text => BlockValues.TryParse(text, OfBlocks, MaxAlpha)),
        null,
        "The UNet's `network_alpha` block by block.", InNetwork,
        needs: WhereRanksAreChosen);

    public static readonly Option<BlockValues?> ConvBlockDims = OfSdScripts(
        Topic.Adapters, "conv_block_dims",
        OptionalParsed(DimsAllowed, text => BlockValues.TryParse(text, OfBlocks, MaxDim, whole: true)),
        null,
        "`conv_dim` block by block.", InNetwork,
        needs: WhereLargeConvolutions);

    public static readonly Option<BlockValues?> ConvBlockAlphas = OfSdScripts(
        Topic.Adapters, "conv_block_alphas",
        OptionalParsed(AlphasAllowed, text => BlockValues.TryParse(text, OfBlocks, MaxAlpha)),
        null,
        "`conv_alpha` block by block.", InNetwork,
        needs: WhereLargeConvolutionsHaveRanks);

    public static readonly Option<double?> LoraplusLrRatio = OfSdScripts(
        Topic.Adapters, "loraplus_lr_ratio", Number(1e-3, 1e4).OrEmpty(), null,
        "LoRA+: the factor of the learning rate of `lora_up`, of `hada_w2_a` with `loha`, of `lokr_w1` with `lokr`.", InNetwork);

    public static readonly Option<double?> LoraplusUnetLrRatio = OfSdScripts(
        Topic.Adapters, "loraplus_unet_lr_ratio", Number(1e-3, 1e4).OrEmpty(), null,
        "The same in the UNet; not set: `loraplus_lr_ratio`.", InNetwork);

    public static readonly Option<double?> LoraplusTextEncoderLrRatio = OfSdScripts(
        Topic.Adapters, "loraplus_text_encoder_lr_ratio", Number(1e-3, 1e4).OrEmpty(), null,
        "The same in text encoders; not set: `loraplus_lr_ratio`.", InNetwork,
        needs: Where("without LoraNetworkTrainUnetOnly", settings => !settings.NetworkTrainUnetOnly));

    public static readonly Option<double?> ScaleWeightNorms = OfSdScripts(
        Topic.Adapters, "scale_weight_norms", Number(1e-3, 1e3).OrEmpty(), null,
        "The longest change of a layer's weight (L2 norm): after each step, longer ones are scaled down to it.");

    public static readonly Option<string?> NetworkWeights = OfSdScripts(
        Topic.Adapters, "network_weights", FilePath, null,
        "A LoRA file whose weights the training starts from.",
        needs: Where("without LoraResume, whose state has the weights, or with LoraDimFromWeights", settings =>
            settings.Resume is null || settings.DimFromWeights));

    public static readonly Option<bool> DimFromWeights = OfSdScripts(
        Topic.Adapters, "dim_from_weights", Flag, false,
        "Layers, kinds, ranks and alphas are those of `network_weights`.");
}
