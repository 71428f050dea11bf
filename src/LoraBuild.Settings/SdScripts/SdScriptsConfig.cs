using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Settings.SdScripts;

/// <summary>
/// An author's sd-scripts configuration (<c>--config_file</c>, and the <c>dataset_config</c> that it names) as training options. It means
/// here what it means there: what it leaves out has sd-scripts' default, not LoraBuild's.
/// </summary>
/// <param name="Options">A value for every option that sd-scripts has, by <see cref="TrainingOption.Name"/>.</param>
/// <param name="Files">The files that were read.</param>
/// <param name="Unused">Keys that sd-scripts knows and a project says elsewhere or does not need, in ordinal order.</param>
/// <param name="Diagnostics">LB1015 with file, line and column.</param>
public sealed record SdScriptsConfig(
    IReadOnlyDictionary<string, string> Options, IReadOnlyList<string> Files, IReadOnlyList<string> Unused, IReadOnlyList<Diagnostic> Diagnostics)
{
    /// <summary>Reads a configuration; with errors the options are of no use.</summary>
    /// <param name="path">The TOML file.</param>
    public static SdScriptsConfig Read(string path)
    {
        var reader = new SdScriptsConfigReader();
        reader.ReadTraining(path);
        return new(reader.Complete(), reader.Files, [.. reader.Unused.Order(StringComparer.Ordinal)], reader.Diagnostics);
    }
}
