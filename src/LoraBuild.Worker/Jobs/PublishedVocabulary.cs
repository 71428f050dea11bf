using LoraBuild.Core.Downloads;
using LoraBuild.Core.Models;

namespace LoraBuild.Worker.Jobs;

/// <summary>CLIP's vocabulary as it was published, for models that bring none.</summary>
internal static class PublishedVocabulary
{
    /// <summary>What fetches merges.txt into the store's folder; null where the job says neither where from nor where to.</summary>
    public static Func<string>? Fetcher(string? cachePath, string? url, string step, EventWriter events, CancellationToken token) =>
        cachePath is null || url is null
            ? null
            : () =>
            {
                events.Progress($"{step}: the model brings no CLIP vocabulary, so the published one is taken");
                return ClipVocabulary.FetchAsync(new DownloadCache(cachePath), new Uri(url), token).GetAwaiter().GetResult();
            };
}
