using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Protocol.Models;

namespace LoraBuild.Pages.Releases;

/// <summary>
/// The files of a training that a release has besides the finished LoRA: <c>last</c> none, <c>all</c>, or those of a list of epochs.
/// </summary>
public sealed class PublishedEpochs
{
    private readonly string wanted;
    private readonly IReadOnlyList<int>? epochs;

    private PublishedEpochs(string wanted, IReadOnlyList<int>? epochs)
    {
        this.wanted = wanted;
        this.epochs = epochs;
    }

    /// <summary>Reads <c>LoraPublishEpochs</c>; null where it is none of what it may be.</summary>
    public static PublishedEpochs? TryParse(string value)
    {
        if (value is "last" or "all")
            return new(value, null);
        var epochs = new List<int>();
        foreach (var part in value.Split([',', ';'], StringSplitOptions.TrimEntries))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var epoch) || epoch == 0)
                return null;
            epochs.Add(epoch);
        }

        return new(value, epochs);
    }

    /// <summary>The wanted files of a folder, the finished LoRA first, then by name.</summary>
    /// <param name="folder">The folder of the training's files.</param>
    /// <param name="name">The LoRA's file name without extension.</param>
    /// <param name="isMade">True if a file, by its path in <paramref name="folder"/>, is of this build. One of an earlier build is as if it
    /// were not there.</param>
    /// <exception cref="LoraBuildException">LB1017: there is no finished LoRA, or no file of an epoch that is wanted.</exception>
    public IReadOnlyList<ReleaseFile> Of(string folder, string name, Func<string, bool> isMade)
    {
        var names = new LoraFileNames(name);
        if (!IsThere(names.Finished))
        {
            throw new LoraBuildException(
                DiagnosticCode.NothingToPublish,
                $"There is no finished LoRA '{names.Finished}' of this build to publish: the training did not end, or LoraTrain is false. "
                + "Build to its end first.");
        }

        string[] further = wanted switch
        {
            "last" => [],
            "all" => [.. names.UnfinishedIn(folder).Where(isMade).Select(file => Path.GetFileName(file))],
            _ => [.. epochs!.Select(names.Epoch)],
        };
        var missing = further.FirstOrDefault(file => !IsThere(file));
        if (missing is not null)
        {
            var found = names.EpochsIn(folder).Where(isMade).Select(file => Path.GetFileName(file));
            throw new LoraBuildException(
                DiagnosticCode.NothingToPublish,
                $"LoraPublishEpochs is '{wanted}', and there is no '{missing}'. There are: {string.Join(", ", found)}. The last epoch is "
                + "the LoRA itself.");
        }

        return [.. further.Prepend(names.Finished).Select(file => new ReleaseFile(file, Path.Combine(folder, file)))];

        bool IsThere(string file) => Path.Combine(folder, file) is var path && isMade(path) && File.Exists(path);
    }
}
