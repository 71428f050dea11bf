using System.Globalization;

namespace LoraBuild.Settings;

/// <summary>What sd-scripts is told to train the same adapters: its <c>network_module</c> and <c>network_args</c>.</summary>
public static class NetworkArguments
{
    private static readonly string[] OfBoth =
    [
        "rank_dropout", "module_dropout", "down_lr_weight", "mid_lr_weight", "up_lr_weight", "block_dims", "block_alphas", "conv_block_dims",
        "conv_block_alphas",
    ];

    private static readonly string[] OfLycoris =
    [
        "preset", "dora_wd", "wd_on_output", "use_tucker", "use_scalar", "rs_lora", "factor", "decompose_both", "full_matrix", "unbalanced_factorization",
    ];

    /// <summary><c>network_module</c>: the Python module that makes the adapters.</summary>
    public static string Module(TrainingSettings settings) => settings.Algo == AdapterAlgorithm.Lora ? "networks.lora" : "lycoris.kohya";

    /// <summary><c>network_args</c>, name by name: the kind, the convolutions' rank and alpha, and what is not as it is by default.</summary>
    public static IReadOnlyList<(string Name, string Value)> Of(TrainingSettings settings)
    {
        var arguments = new List<(string Name, string Value)>();
        if (settings.Algo != AdapterAlgorithm.Lora)
            arguments.Add(("algo", Option("algo").Text(settings)));
        if (settings.ConvDim > 0 || settings.Algo != AdapterAlgorithm.Lora)
        {
            arguments.Add(("conv_dim", settings.ConvDim.ToString(CultureInfo.InvariantCulture)));
            arguments.Add(("conv_alpha", settings.ConvAlpha.ToString(CultureInfo.InvariantCulture)));
        }

        foreach (var option in (settings.Algo == AdapterAlgorithm.Lora ? OfBoth : OfLycoris.Concat(OfBoth)).Select(Option))
        {
            if (option.Text(settings) is var text && text != option.Default)
                arguments.Add((option.Name, text switch { "true" => "True", "false" => "False", _ => text }));
        }

        return arguments;
    }

    private static TrainingOption Option(string name) => TrainingSettings.Options.Single(option => option.Name == name);
}
