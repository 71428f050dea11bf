namespace LoraBuild.Incremental.Caching;

/// <summary>The contents of a store in numbers.</summary>
/// <param name="Bytes">Its size, bytes of all files.</param>
/// <param name="Results">The number of its results.</param>
/// <param name="Steps">For each step its name, how many results are its, and the bytes of their files; the largest first. Files that
/// several results share count for each.</param>
/// <param name="LeastRecent">The last use, in UTC, of the result that was not used for longest, in UTC; null where there is
/// nothing.</param>
/// <param name="MostRecent">When what was used last was used.</param>
public sealed record StoreSummary(
    long Bytes, int Results, IReadOnlyList<(string Step, int Results, long Bytes)> Steps, DateTime? LeastRecent, DateTime? MostRecent)
{
    internal static StoreSummary Of(string root)
    {
        var files = StorePruner.FilesOf(root).ToList();
        var results = files
            .Where(StorePruner.IsResult)
            .AsParallel().AsOrdered()
            .Select(StorePruner.Read)
            .OfType<StoredResult>()
            .ToList();
        return new StoreSummary(
            files.Sum(file => file.Length),
            results.Count,
            [.. results
                .GroupBy(result => result.Step.Length > 0 ? result.Step : "other", StringComparer.Ordinal)
                .Select(step => (step.Key, step.Count(), step.Sum(result => result.Files.Sum(file => file.Length))))
                .OrderByDescending(step => step.Item3).ThenBy(step => step.Key, StringComparer.Ordinal)],
            LastUses(files).Min(),
            LastUses(files).Max());
    }

    private static IEnumerable<DateTime?> LastUses(IEnumerable<FileInfo> files) =>
        files.Where(StorePruner.IsResult).Select(file => (DateTime?)file.LastWriteTimeUtc);
}
