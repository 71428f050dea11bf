using LoraBuild.Base.Diagnostics;
using LoraBuild.Protocol.Models;
using LoraBuild.Settings;

namespace LoraBuild.Pages.Releases;

/// <summary>The files of a training that a release has.</summary>
public static class ReleaseLoras
{
    /// <summary>The wanted files of a folder, the finished LoRA first, then by name.</summary>
    /// <param name="wanted">The epochs that are published besides the finished LoRA.</param>
    /// <param name="folder">The folder of the training's files.</param>
    /// <param name="name">The LoRA's file name without extension.</param>
    /// <param name="isMade">True if a file, by its path in <paramref name="folder"/>, is of this build. One of an earlier build is as if it
    /// were not there.</param>
    /// <exception cref="LoraBuildException">LB1017: there is no finished LoRA, or no file of an epoch that is wanted.</exception>
    public static IReadOnlyList<ReleaseFile> Of(PublishedEpochs wanted, string folder, string name, Func<string, bool> isMade)
    {
        var names = new LoraFileNames(name);
        if (!IsThere(names.Finished))
        {
            throw new LoraBuildException(
                DiagnosticCode.NothingToPublish,
                $"There is no finished LoRA '{names.Finished}' of this build to publish: the training did not end, or LoraTrain is false. "
                + "Build to its end first.");
        }

        string[] further = wanted.AreAll
            ? [.. names.UnfinishedIn(folder).Where(isMade).Select(file => Path.GetFileName(file))]
            : [.. wanted.Epochs.Select(names.Epoch)];
        var missing = further.FirstOrDefault(file => !IsThere(file));
        if (missing is not null)
        {
            var found = string.Join(", ", names.EpochsIn(folder).Where(isMade).Select(file => Path.GetFileName(file)));
            throw new LoraBuildException(
                DiagnosticCode.NothingToPublish,
                $"LoraPublishEpochs is '{wanted}', and there is no '{missing}'. "
                + (found.Length > 0
                    ? $"There are: {found}. The last epoch is the LoRA itself."
                    : "No epoch before the last one has a file, and the last one is the LoRA itself. Write last, or train for more epochs "
                    + "with LoraSaveEveryNEpochs."));
        }

        return [.. further.Prepend(names.Finished).Select(file => new ReleaseFile(file, Path.Combine(folder, file)))];

        bool IsThere(string file) => Path.Combine(folder, file) is var path && isMade(path) && File.Exists(path);
    }
}
