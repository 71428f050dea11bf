using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using Tomlyn.Parsing;

namespace LoraBuild.Settings.SdScripts;

/// <summary>
/// An author's sd-scripts configuration (<c>--config_file</c>, and the <c>dataset_config</c> that it names) as training options. It means
/// here what it means there: what it leaves out has sd-scripts' default, not LoraBuild's.
/// </summary>
/// <param name="Options">A value for every option that sd-scripts has, by <see cref="Option.Name"/>.</param>
/// <param name="Written">The places where the files say options, by <see cref="Option.Name"/>.</param>
/// <param name="Files">The files that were read.</param>
/// <param name="Diagnostics">LB1015 with file, line and column.</param>
/// <param name="Warnings">LB5008: what stands in the files without effect.</param>
public sealed record SdScriptsConfig(
    IReadOnlyDictionary<string, string> Options,
    IReadOnlyDictionary<string, (string File, int Line, int Column)> Written,
    IReadOnlyList<string> Files,
    IReadOnlyList<Diagnostic> Diagnostics,
    IReadOnlyList<Diagnostic> Warnings)
{
    /// <summary>Reads a configuration; with errors the options are of no use.</summary>
    /// <param name="path">The TOML file.</param>
    public static SdScriptsConfig Read(string path)
    {
        var reader = new SdScriptsConfigReader();
        reader.ReadTraining(path);
        return new(reader.Complete(), reader.Written, reader.Files, reader.Diagnostics, reader.Warnings);
    }
}

/// <summary>Collects the options of the files of a configuration.</summary>
internal sealed class SdScriptsConfigReader
{
    private const string LyCoris = "lycoris.kohya", KohyaLora = "networks.lora";

    // Old spellings of an option's value.
    private static readonly Dictionary<string, string> OptimizerFlags =
        new() { ["use_8bit_adam"] = "adamw8bit", ["use_lion_optimizer"] = "lion" };

    // What LyCORIS calls an option of its own, or called it before.
    private static readonly Dictionary<string, string> NetworkArgumentNames =
        new() { ["dropout"] = "network_dropout", ["use_cp"] = "use_tucker", ["use_conv_cp"] = "use_tucker" };

    private readonly Dictionary<string, string> options = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TomlEntry> inDatasets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string File, int Line, int Column)> written = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, SortedSet<string>> unused = new(StringComparer.Ordinal);
    private readonly List<Diagnostic> overridden = [];
    private string module = LyCoris;

    public IReadOnlyDictionary<string, (string File, int Line, int Column)> Written => written;

    public List<string> Files { get; } = [];

    public List<Diagnostic> Diagnostics { get; } = [];

    /// <summary>One for each file with keys that sd-scripts knows and a project says elsewhere or does not need.</summary>
    public IReadOnlyList<Diagnostic> Warnings =>
    [
        .. overridden,
        .. unused.Select(file => Unneeded(
            file.Key, $"A project says elsewhere or does not need what stands here under {string.Join(", ", file.Value)}. Take it away.")),
    ];

    /// <summary>Reads a training configuration. Its tables only order it, as for sd-scripts.</summary>
    public void ReadTraining(string path)
    {
        string? dataset = null;
        foreach (var entry in Entries(path))
        {
            switch (entry.Key)
            {
                case "network_args" or "optimizer_args" or "lr_scheduler_args"
                    when !entry.Items().All(item => item.Text?.Contains('=') == true):
                    Report(path, entry, $"{entry.Key} must be a list of texts such as \"name=value\".");
                    break;
                case "network_args":
                    ReadNetworkArguments(path, entry);
                    break;
                case "optimizer_args" or "lr_scheduler_args":
                    Set(path, entry, entry.Key, string.Join(' ', entry.Items().Select(item => PlainTuple(item.Text!))));
                    break;
                case "network_module":
                    ReadModule(path, entry);
                    break;
                case "dataset_config":
                    dataset = entry.Text(",");
                    break;
                case "dataset_repeats":
                    AddUnused(path, entry.Key);
                    break;
                default:
                    ReadOption(path, entry, entry.Key, OtherNames.OfTraining);
                    break;
            }
        }

        // What a dataset configuration says counts before what the training configuration does.
        if (!string.IsNullOrEmpty(dataset))
            ReadDataset(Path.GetFullPath(dataset, Path.GetDirectoryName(Path.GetFullPath(path))!));
    }

    /// <summary>The options that were read, and sd-scripts' defaults for the rest.</summary>
    public IReadOnlyDictionary<string, string> Complete()
    {
        foreach (var option in Options.Training.Where(option => option.SdScriptsDefault is not null))
            options.TryAdd(option.Name!, option.SdScriptsDefault!);
        options.TryAdd("text_encoder_lr", options["learning_rate"]);
        if (bool.TryParse(options.GetValueOrDefault(Settings.Options.DoraWd.Name!), out var isDora) && isDora)
            options.TryAdd(Settings.Options.WdOnOutput.Name!, "true");
        // The libraries' own weight decay, where the author gives no arguments at all.
        var isAdamW = options["optimizer_type"].ToLowerInvariant() is "adamw" or "adamw8bit";
        options.TryAdd("optimizer_args", isAdamW ? "weight_decay=0.01" : "weight_decay=0");
        // Without a rank or alpha of their own, LyCORIS gives larger convolutions the others'; sd-scripts' own LoRA leaves them out.
        if (module == KohyaLora)
            options["algo"] = "lora";
        else if (options.GetValueOrDefault("algo", "lora") == "lora")
            options["algo"] = "locon";
        options.TryAdd("network_dim", "4");
        options.TryAdd("conv_dim", module == LyCoris ? options["network_dim"] : "0");
        options.TryAdd("conv_alpha", module == LyCoris ? options["network_alpha"] : "1");
        return options;
    }

    private void ReadDataset(string path)
    {
        foreach (var entry in Entries(path))
        {
            if (OtherNames.OfDatasets.Contains(entry.Key))
            {
                Leave(path, entry, entry.Key, entry.Text(",") ?? "");
                continue;
            }

            var name = entry.Key == "batch_size" ? "train_batch_size" : entry.Key;
            // Tables within others come later in the file and say it more closely; two of one kind must not differ.
            if (inDatasets.TryGetValue(name, out var other) && other.Table == entry.Table && other.Text(",") != entry.Text(","))
            {
                Report(
                    path,
                    entry,
                    $"{entry.Key} has another value in line {other.Line}; a project has one for all its pictures. "
                        + "Write it once, in [general].");
                continue;
            }

            inDatasets[name] = entry;
            ReadOption(path, entry, name, OtherNames.InDatasets);
        }
    }

    private void ReadOption(string path, TomlEntry entry, string name, IReadOnlySet<string> known)
    {
        if (OptimizerFlags.TryGetValue(name, out var optimizer))
        {
            if (entry.Text(",") == "true")
                Set(path, entry, "optimizer_type", optimizer);
        }
        else if (Options.FindName(name) is { Place: not SdScriptsPlace.Nowhere })
        {
            if (entry.Text(",") is { } text)
                Set(path, entry, name, text);
            else
                Report(path, entry, $"{name} is no single value.");
        }
        else if (known.Contains(name))
        {
            Leave(path, entry, name, entry.Text(",") ?? string.Join(' ', entry.Items().Select(item => item.Text)));
        }
        else
        {
            var names = Options.Training.Where(option => option.Place != SdScriptsPlace.Nowhere).Select(option => option.Name!);
            var nearest = Nearest.Suggest(name, names.Concat(known).Except(UnsupportedOptions.Names));
            Report(path, entry, $"There is no option '{name}' in sd-scripts' configurations.{nearest}");
        }
    }

    private void ReadNetworkArguments(string path, TomlEntry entry)
    {
        foreach (var (text, line, column) in entry.Items())
        {
            var parts = text!.Split('=', 2, StringSplitOptions.TrimEntries);
            var place = entry with { Line = line, Column = column };
            if (NetworkArgumentNames.TryGetValue(parts[0], out var meant))
                Set(path, place, meant, parts[1].ToLowerInvariant() is "none" ? "" : parts[1]);
            else if (NetworkArguments.All.Any(option => option.Name == parts[0]))
                Set(path, place, parts[0], parts[1]);
            else if (OtherNames.OfNetworks.Contains(parts[0]))
                Leave(path, place, parts[0], parts[1]);
            else
                Report(path, place, $"There is no network argument '{parts[0]}'.{Nearest.Suggest(parts[0], NetworkNames())}");
        }
    }

    private void ReadModule(string path, TomlEntry entry)
    {
        module = entry.Text(",") ?? "";
        if (module is not (LyCoris or KohyaLora))
            Report(path, entry, $"network_module is '{module}'; it must be {LyCoris} or {KohyaLora}.");
    }

    // What the training would be the same without, or could not do.
    private void Leave(string path, TomlEntry entry, string name, string value)
    {
        if (UnsupportedOptions.Refuse(name, value) is { } refusal)
            Report(path, entry, refusal);
        else
            AddUnused(path, name);
    }

    private void AddUnused(string path, string name)
    {
        if (!unused.TryGetValue(path, out var names))
            unused[path] = names = new(StringComparer.Ordinal);
        names.Add(name);
    }

    private void Set(string path, TomlEntry entry, string name, string text)
    {
        var option = Options.FindName(name)!;
        if (text.Length > 0 && !option.Accepts(text))
            Report(path, entry, $"{entry.Key} {option.Refuse(text)}");
        else if (written.TryGetValue(name, out var before) && before.File == path && options[name] != text && !inDatasets.ContainsKey(name))
            Report(path, entry, $"{entry.Key} says another value than line {before.Line} does of {name}. Keep one of them.");
        else
        {
            if (before.File is { } file && file != path && options[name] != text)
                overridden.Add(
                    Unneeded(
                        file, $"{name} has no effect: '{Path.GetFileName(path)}' has another value. Take it away.", before.Line,
                        before.Column));
            (options[name], written[name]) = (text, (path, entry.Line, entry.Column));
        }
    }

    private List<TomlEntry> Entries(string path)
    {
        string content;
        try
        {
            content = Utf8Text.Read(path, DiagnosticCode.TrainingConfigInvalid);
        }
        catch (LoraBuildException e)
        {
            Diagnostics.Add(e.Diagnostic.Line > 0
                ? e.Diagnostic
                : Problem(path, 0, 0, $"{e.Diagnostic.Message} Correct LoraTrainingConfig, or dataset_config within it."));
            return [];
        }

        Files.Add(path);
        try
        {
            var document = SyntaxParser.Parse(content, path, validate: true);
            if (!document.HasErrors)
                return [.. TomlEntry.Of(document)];
            Diagnostics.AddRange(document.Diagnostics.Select(error =>
                Problem(
                    path, error.Span.Start.Line + 1, error.Span.Start.Column + 1, $"The configuration is no TOML here: {error.Message}")));
        }
        catch (Exception e) when (BadInput.IsCause(e))
        {
            // Of brackets in brackets the library says which of its own properties to raise.
            var reason = e.Message.Contains("maximum depth", StringComparison.Ordinal) ? "Its brackets nest too deep." : e.Message;
            Diagnostics.Add(Problem(path, 0, 0, $"The configuration is no TOML that can be read: {reason}"));
        }

        return [];
    }

    private void Report(string path, TomlEntry entry, string message) => Diagnostics.Add(Problem(path, entry.Line, entry.Column, message));

    private static Diagnostic Problem(string path, int line, int column, string message) =>
        new(DiagnosticCode.TrainingConfigInvalid, Severity.Error, message, path, line, column);

    private static Diagnostic Unneeded(string path, string message, int line = 0, int column = 0) =>
        new(DiagnosticCode.SettingWithoutEffect, Severity.Warning, message, path, line, column);

    // betas=(0.9, 0.99), as Python writes it.
    private static string PlainTuple(string argument) =>
        string.Concat(argument.Where(c => c is not ('(' or ')') && !char.IsWhiteSpace(c)));

    private static IEnumerable<string> NetworkNames() =>
        NetworkArguments.All.Select(option => option.Name!).Concat(OtherNames.OfNetworks).Except(UnsupportedOptions.Names);
}
