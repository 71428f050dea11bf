using System.Globalization;
using LoraBuild.Core.Diagnostics;

namespace LoraBuild.Core.Releases;

/// <summary>Which of a training's files a release has besides the finished LoRA: <c>last</c> none, <c>all</c>, or those of a list of epochs.</summary>
public sealed class PublishedEpochs
{
    private const string Extension = ".safetensors";
    private const string Step = "-step";
    private const string StateEnding = "-state" + Extension;

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
    /// <param name="folder">Where the training's files lie.</param>
    /// <param name="name">The LoRA's file name without extension.</param>
    /// <exception cref="LoraBuildException">LB1017: there is no finished LoRA, or no file of an epoch that is wanted.</exception>
    public IReadOnlyList<ReleaseFile> Of(string folder, string name)
    {
        if (!File.Exists(Path.Combine(folder, name + Extension)))
        {
            throw new LoraBuildException(
                DiagnosticCode.NothingToPublish,
                $"There is no finished LoRA '{name}{Extension}' to publish: the training did not end, or LoraTrain is false. Build to its end first.");
        }

        string[] further = wanted switch
        {
            "last" => [],
            "all" => [.. Found(folder, name + "-??????").Concat(Found(folder, $"{name}{Step}????????")).Order(StringComparer.Ordinal)],
            _ => [.. epochs!.Select(epoch => string.Create(CultureInfo.InvariantCulture, $"{name}-{epoch:000000}{Extension}"))],
        };
        var missing = further.FirstOrDefault(file => !File.Exists(Path.Combine(folder, file)));
        if (missing is not null)
        {
            throw new LoraBuildException(
                DiagnosticCode.NothingToPublish,
                $"LoraPublishEpochs is '{wanted}', and there is no '{missing}'. There are: {string.Join(", ", Found(folder, name + "-??????"))}. The last epoch is the LoRA itself.");
        }

        return [.. further.Prepend(name + Extension).Select(file => new ReleaseFile(file, Path.Combine(folder, file)))];
    }

    private static IEnumerable<string> Found(string folder, string pattern) =>
        Directory.EnumerateFiles(folder, pattern + Extension)
            .Select(file => Path.GetFileName(file))
            .Where(file => !file.EndsWith(StateEnding, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
}
