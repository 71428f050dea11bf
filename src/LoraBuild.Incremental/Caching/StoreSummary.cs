using LoraBuild.Base.Hashing;

namespace LoraBuild.Incremental.Caching;

/// <summary>What a store holds.</summary>
/// <param name="Bytes">Its size, bytes of all files.</param>
/// <param name="Results">How many results it has.</param>
/// <param name="Steps">For each step its name, how many results are its, and the bytes of their files; the largest first. Files that several
/// results share count for each.</param>
/// <param name="LeastRecent">When what was not used for longest was last used, in UTC; null where there is nothing.</param>
/// <param name="MostRecent">When what was used last was used.</param>
public sealed record StoreSummary(
    long Bytes, int Results, IReadOnlyList<(string Step, int Results, long Bytes)> Steps, DateTime? LeastRecent, DateTime? MostRecent)
{
    internal static StoreSummary Of(string root)
    {
        var files = StorePruner.FilesOf(root).ToList();
        var results = files
            .Where(file => file.Directory!.Parent!.Name == "ac" && IsHash(file.Name))
            .AsParallel().AsOrdered()
            .Select(file => Read(file))
            .OfType<StoredResult>()
            .ToList();
        return new StoreSummary(
            files.Sum(file => file.Length),
            results.Count,
            [.. results
                .GroupBy(result => result.Step.Length > 0 ? result.Step : "other", StringComparer.Ordinal)
                .Select(step => (step.Key, step.Count(), step.Sum(result => result.Files.Sum(file => file.Length))))
                .OrderByDescending(step => step.Item3).ThenBy(step => step.Key, StringComparer.Ordinal)],
            files.Count == 0 ? null : files.Min(file => file.LastWriteTimeUtc),
            files.Count == 0 ? null : files.Max(file => file.LastWriteTimeUtc));
    }

    private static StoredResult? Read(FileInfo file)
    {
        try
        {
            return ActionResultMessage.Read(ContentHash.Parse(file.Name), File.ReadAllBytes(file.FullName));
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static bool IsHash(string name) => name.Length == 2 * ContentHash.Size && name.All(char.IsAsciiHexDigitLower);
}
