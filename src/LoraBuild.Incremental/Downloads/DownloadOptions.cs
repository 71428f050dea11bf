namespace LoraBuild.Incremental.Downloads;

/// <summary>How patient downloads are.</summary>
public sealed record DownloadOptions
{
    /// <summary>How often in a row a transfer may fail without bringing a byte.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>The pause after the first failure; it doubles with each further one.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a server may stay silent within a transfer.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(60);
}
