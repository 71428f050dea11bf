using System.Globalization;
using System.Text;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Manifest;
using LoraBuild.Protocol.Models;
using LoraBuild.Settings;
using Tomlyn.Syntax;

namespace LoraBuild.Pages.SdScripts;

/// <summary>A training as the two TOML files with which sd-scripts and LyCORIS train the same thing.</summary>
/// <param name="settings">The settings of the training. Lengths in epochs become steps, which is all that sd-scripts knows.</param>
/// <param name="manifest">The dataset.</param>
/// <param name="datasetFolder">The dataset's folder; absolute, because sd-scripts takes relative paths from where it is started.</param>
/// <param name="model">The base model; null for one of Stable Diffusion 1.x.</param>
public sealed class SdScriptsExport(
    TrainingSettings settings, DatasetManifest manifest, string datasetFolder, ModelDescription? model = null)
{
    private readonly SdScriptsUse use = model?.SdScripts ?? SdScriptsUse.OfStableDiffusion;

    // Masks of every kind lie in the alpha of the dataset's pictures. And sd-scripts refuses bounds of buckets that the resolution does not
    // keep, also where they do not count. A state of ours is none of its own. What the model's files say of its noise it must be told.
    private readonly TrainingSettings exported = settings with
    {
        AlphaMask = settings.UsesMasks,
        Resume = null,
        Resolution = settings.TrainedResolution,
        VParameterization = settings.VParameterization ?? model?.PredictsVelocity,
        ZeroTerminalSnr = settings.ZeroTerminalSnr || model?.HasZeroTerminalSnr == true,
        MinBucketReso = Math.Min(settings.MinBucketReso, Math.Min(settings.TrainedResolution.Width, settings.TrainedResolution.Height)),
        MaxBucketReso = Math.Max(settings.MaxBucketReso, Math.Max(settings.TrainedResolution.Width, settings.TrainedResolution.Height)),
    };

    /// <summary>The script that trains it.</summary>
    public string Script => use.Script;

    /// <summary>LB5010 for what sd-scripts refuses although LoraBuild takes it.</summary>
    public IReadOnlyList<Diagnostic> Warnings => !settings.EnableBucket || settings.BucketResoSteps % use.BucketUnit == 0 ? [] :
    [
        new(
            DiagnosticCode.OthersDiffer,
            Severity.Warning,
            $"{Options.BucketResoSteps} is {settings.BucketResoSteps}, and {use.Script} of sd-scripts takes multiples of {use.BucketUnit} "
            + $"alone: it will refuse this configuration. Set {Options.BucketResoSteps} to {BucketSteps()} for the same training in both."),
    ];

    /// <summary>The name of the training configuration, which <c>--config_file</c> takes.</summary>
    public const string TrainingFile = "config.toml";

    /// <summary>The name of the dataset configuration, which the training configuration names.</summary>
    public const string DatasetFile = "dataset.toml";

    /// <summary>The training configuration.</summary>
    /// <param name="baseModel">The checkpoint; null leaves it out.</param>
    /// <param name="vae">The VAE's own file; null: the checkpoint's.</param>
    /// <param name="folder">The folder of both files, where sd-scripts puts the LoRA too; absolute.</param>
    /// <param name="outputName">The LoRA's file name without extension.</param>
    public string Training(string? baseModel, string? vae, string folder, string outputName)
    {
        var toml = new StringBuilder();
        if (baseModel is not null)
            Append(toml, "pretrained_model_name_or_path", Quoted(baseModel));
        if (vae is not null)
            Append(toml, "vae", Quoted(vae));
        if (settings.Resume is not null)
            toml.Append(
                "# LoraResume is left out: a state of LoraBuild is none of sd-scripts'. Set network_weights to start from the LoRA beside "
                + "it.\n");
        if (settings.BlocksToSwap > 0)
            toml.Append("# LoraBlocksToSwap is left out: sd-scripts swaps no blocks of this family.\n");
        if (settings.EmaDecay is not null)
            toml.Append("# LoraEmaDecay is left out: sd-scripts has no average of the adapters.\n");
        Append(toml, "dataset_config", Quoted(Path.Combine(folder, DatasetFile)));
        Append(toml, "output_dir", Quoted(folder));
        Append(toml, "output_name", Quoted(outputName));
        Append(toml, "save_model_as", Quoted("safetensors"));
        Append(toml, "network_module", Quoted(NetworkArguments.Module(settings)));
        Append(toml, "network_args", List(NetworkArguments.Of(settings).Select(argument => $"{argument.Name}={argument.Value}")));
        foreach (var (option, text) in Values(SdScriptsPlace.InTraining))
            Append(toml, option.Name!, Value(option, text));
        foreach (var flag in use.Flags.Where(flag => Options.FindName(flag) is not { } option || exported.Text(option).Length == 0))
            Append(toml, flag, "true");
        return toml.ToString();
    }

    /// <summary>The dataset configuration: a folder for each group, and what is done to all pictures and captions.</summary>
    public string Dataset()
    {
        var toml = new StringBuilder("[general]\n");
        Append(toml, "caption_extension", Quoted(".txt"));
        foreach (var (option, text) in Values(SdScriptsPlace.InDataset))
            Append(toml, option.Name!, Value(option, text));
        toml.Append("\n[[datasets]]\n");
        Append(toml, "batch_size", settings.TrainBatchSize.ToString(CultureInfo.InvariantCulture));
        foreach (var group in manifest.Groups)
        {
            toml.Append("\n[[datasets.subsets]]\n");
            Append(toml, "image_dir", Quoted(Path.Combine(datasetFolder, group.Folder)));
            Append(toml, "num_repeats", group.Repeats.ToString(CultureInfo.InvariantCulture));
            if (group.IsRegularization)
                Append(toml, "is_reg", "true");
        }

        return toml.ToString();
    }

    private int BucketSteps() => Math.Max(use.BucketUnit, settings.BucketResoSteps / use.BucketUnit * use.BucketUnit);

    // What is not set is left out: for sd-scripts too, that is how it is not set.
    private IEnumerable<(Option Option, string Text)> Values(SdScriptsPlace place) =>
        from option in Options.Training
        where option.Place == place
        let text = InSteps(option, exported.Text(option))
        where text.Length > 0 && !(option == Options.SaveEveryNEpochs && text == "0")
        select (option, text);

    private string InSteps(Option option, string text)
    {
        var samplesPerStep = settings.TrainBatchSize * settings.GradientAccumulationSteps;
        var epoch = (RegularizationPairing.Pair(manifest).Sum(picture => picture.Repeats) + samplesPerStep - 1) / samplesPerStep;
        return option.Form == OptionForm.Plain && TrainingLength.TryParse(text, out var length) && length.InEpochs
            ? length.Steps(epoch, TotalSteps(epoch)).ToString(CultureInfo.InvariantCulture)
            : text;
    }

    private long TotalSteps(int epoch) =>
        settings.MaxTrainEpochs is { } passes ? (long)passes * epoch : settings.MaxTrainSteps.Steps(epoch);

    private static string Value(Option option, string text) => option.Form switch
    {
        OptionForm.List => List(text.Split(' ')),
        OptionForm.Text or OptionForm.File => Quoted(text),
        // sd-scripts' schema tells 0 from 0.0.
        OptionForm.Real when text.Contains(',', StringComparison.Ordinal) =>
            $"[{string.Join(", ", text.Split(',').Select(number => Value(option, number)))}]",
        OptionForm.Real => text.AsSpan().ContainsAny('.', 'E') ? text : $"{text}.0",
        _ when option == Options.Resolution => $"[{text.Replace(",", ", ", StringComparison.Ordinal)}]",
        _ when text is "true" or "false" || IsNumber(text) => text,
        _ => Quoted(text),
    };

    private static bool IsNumber(string text) =>
        double.TryParse(
            text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture,
            out _);

    private static void Append(StringBuilder toml, string key, string value) => toml.Append(key).Append(" = ").Append(value).Append('\n');

    private static string List(IEnumerable<string> items) => $"[{string.Join(", ", items.Select(Quoted))}]";

    private static string Quoted(string text) => new StringValueSyntax(text).ToString();
}
