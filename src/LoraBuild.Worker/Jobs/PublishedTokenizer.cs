using LoraBuild.Incremental.Downloads;
using LoraBuild.Protocol.Models;

namespace LoraBuild.Worker.Jobs;

/// <summary>CLIP's published vocabulary, for a model that brings none.</summary>
internal static class PublishedTokenizer
{
    /// <summary>Fetches it once it is asked for; null where the job does not say from where.</summary>
    /// <param name="cache">The folder of the content store.</param>
    /// <param name="url">From where.</param>
    /// <param name="step">The step's name, for messages.</param>
    /// <param name="events">Told that it is taken.</param>
    /// <param name="token">Ends the download.</param>
    public static Func<string>? From(string? cache, string? url, string step, EventWriter events, CancellationToken token)
    {
        if (cache is null || url is null)
            return null;
        return () =>
        {
            events.Progress($"{step}: the model brings no CLIP vocabulary, so the published one is taken");
            return ClipVocabulary.FetchAsync(new DownloadCache(cache), new Uri(url), token).GetAwaiter().GetResult();
        };
    }
}
