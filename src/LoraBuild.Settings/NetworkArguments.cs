namespace LoraBuild.Settings;

/// <summary>sd-scripts' <c>network_module</c> and <c>network_args</c> for the same adapters.</summary>
public static class NetworkArguments
{
    // Said first, whether it is the default or not.
    private static readonly Option[] Said = [Options.Algo, Options.ConvDim, Options.ConvAlpha];

    /// <summary>The options that <c>network_args</c> takes: LyCORIS' own, then those of both modules.</summary>
    public static IReadOnlyList<Option> All { get; } =
    [
        .. Options.Training.Where(option => option.Place == SdScriptsPlace.InLyCoris),
        .. Options.Training.Where(option => option.Place == SdScriptsPlace.InNetwork),
    ];

    /// <summary><c>network_module</c>: the Python module that makes the adapters.</summary>
    public static string Module(TrainingSettings settings) => settings.Algo == AdapterAlgorithm.Lora ? "networks.lora" : "lycoris.kohya";

    /// <summary><c>network_args</c>, name by name: the kind, the convolutions' rank and alpha, and all that is not the default.</summary>
    public static IReadOnlyList<(string Name, string Value)> Of(TrainingSettings settings)
    {
        var arguments = new List<(string Name, string Value)>();
        if (settings.Algo != AdapterAlgorithm.Lora)
            arguments.Add((Options.Algo.Name!, settings.Text(Options.Algo)));
        if (settings.ConvDim > 0 || settings.Algo != AdapterAlgorithm.Lora)
        {
            arguments.Add((Options.ConvDim.Name!, settings.Text(Options.ConvDim)));
            arguments.Add((Options.ConvAlpha.Name!, settings.Text(Options.ConvAlpha)));
        }

        foreach (var option in All.Except(Said).Where(option => IsKnown(option, settings.Algo)))
        {
            // LyCORIS' default of this one is another.
            var isOthers = option == Options.WdOnOutput && settings.DoraWd;
            if (settings.Text(option) is var text && (isOthers || text != option.DefaultText))
                arguments.Add((option.Name!, text switch { "true" => "True", "false" => "False", _ => text }));
        }

        return arguments;
    }

    private static bool IsKnown(Option option, AdapterAlgorithm algo) =>
        option.Place == SdScriptsPlace.InNetwork || algo != AdapterAlgorithm.Lora;
}
