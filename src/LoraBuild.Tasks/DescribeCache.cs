using System.Globalization;
using LoraBuild.Base.Files;

namespace LoraBuild.Tasks;

/// <summary>CacheInfo: how large the store is, and what fills it.</summary>
public sealed class DescribeCache : CacheTask
{
    /// <inheritdoc/>
    protected override void Run()
    {
        var summary = Session.Store.Summarize();
        Say(string.Create(
            CultureInfo.InvariantCulture,
            $"CacheInfo: {CachePath}: {summary.Results} results, {ByteSize.Format(summary.Bytes)} of {ByteSize.Format(MaxBytes)}"));
        foreach (var (step, results, bytes) in summary.Steps)
            Say(string.Create(CultureInfo.InvariantCulture, $"  {step}: {results} results, {ByteSize.Format(bytes)}"));
        if (summary is { LeastRecent: { } oldest, MostRecent: { } newest })
            Say(string.Create(
                CultureInfo.InvariantCulture, $"  last used between {oldest:yyyy-MM-dd HH:mm} and {newest:yyyy-MM-dd HH:mm} UTC"));
    }
}
