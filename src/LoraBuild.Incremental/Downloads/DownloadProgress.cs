namespace LoraBuild.Incremental.Downloads;

/// <summary>The progress of a download.</summary>
/// <param name="Uri">The file that is downloaded.</param>
/// <param name="Received">Bytes that are here, those of an earlier attempt included.</param>
/// <param name="Total">Bytes of the whole file; null where the server does not say.</param>
public readonly record struct DownloadProgress(Uri Uri, long Received, long? Total);
