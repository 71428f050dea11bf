using System.Globalization;
using System.Text.RegularExpressions;

namespace LoraBuild.Protocol.Models;

/// <summary>
/// The names of the files that a training writes, which are sd-scripts': of the finished LoRA (<c>NAME.safetensors</c>), of what was learnt
/// by the end of an epoch (<c>NAME-000002.safetensors</c>) or in a number of steps (<c>NAME-step00000500.safetensors</c>), and beside each
/// of the training's state (<c>NAME-000002-state.safetensors</c>); besides, of the average of the weights (<c>NAME-ema.safetensors</c>).
/// All other names are the author's.
/// </summary>
/// <param name="name">The LoRA's file name without extension.</param>
public sealed class LoraFileNames(string name)
{
    private const string Extension = ".safetensors", StateEnding = "-state" + Extension;
    // As in Clean of LoraBuild.targets.
    private const string EpochPattern = "-[0-9]{6}", StepPattern = "-step[0-9]{8}";

    /// <summary>The finished LoRA.</summary>
    public string Finished => name + Extension;

    /// <summary>A copy of the file that an evaluation found best.</summary>
    public string Best => $"{name}-best{Extension}";

    /// <summary>A checkpoint with the LoRA in it.</summary>
    public string Merged => $"{name}-merged{Extension}";

    /// <summary>The average of the weights over the training, which <c>ema_decay</c> asks for.</summary>
    public string Average => $"{name}-ema{Extension}";

    /// <summary>The name of the file saved at the end of an epoch that is not the last.</summary>
    /// <param name="epoch">The epoch, from 1.</param>
    public string Epoch(int epoch) => string.Create(CultureInfo.InvariantCulture, $"{name}-{epoch:000000}{Extension}");

    /// <summary>The name of the file saved after a number of steps.</summary>
    /// <param name="steps">Steps done.</param>
    public string Step(int steps) => string.Create(CultureInfo.InvariantCulture, $"{name}-step{steps:00000000}{Extension}");

    /// <summary>The state beside a LoRA file, with its folder where the LoRA has one.</summary>
    /// <param name="file">The LoRA file.</param>
    public static string StateOf(string file) => file[..^Extension.Length] + StateEnding;

    /// <summary>The files of a folder that are those of epochs, by name (ordinal).</summary>
    /// <param name="folder">A folder that is there.</param>
    /// <returns>Paths that begin with <paramref name="folder"/>.</returns>
    public IReadOnlyList<string> EpochsIn(string folder) => Find(folder, EpochPattern + Regex.Escape(Extension));

    /// <summary>The files of a folder that hold a LoRA before the training's end: of epochs and of steps, by name (ordinal).</summary>
    /// <param name="folder">A folder that is there.</param>
    /// <returns>Paths that begin with <paramref name="folder"/>.</returns>
    public IReadOnlyList<string> UnfinishedIn(string folder) => Find(folder, $"({EpochPattern}|{StepPattern}){Regex.Escape(Extension)}");

    /// <summary>All files of a folder that have such names, but for the finished LoRA, by name (ordinal).</summary>
    /// <param name="folder">A folder that is there.</param>
    /// <returns>Paths that begin with <paramref name="folder"/>.</returns>
    public IReadOnlyList<string> FurtherIn(string folder) =>
        Find(folder, $"(-best|-ema|-state|({EpochPattern}|{StepPattern})(-state)?){Regex.Escape(Extension)}");

    private List<string> Find(string folder, string ending)
    {
        var pattern = new Regex($@"\A{Regex.Escape(name)}{ending}\z", RegexOptions.CultureInvariant);
        return [.. Directory.EnumerateFiles(folder).Where(file => pattern.IsMatch(Path.GetFileName(file))).Order(StringComparer.Ordinal)];
    }
}
