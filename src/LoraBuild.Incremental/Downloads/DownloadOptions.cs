namespace LoraBuild.Incremental.Downloads;

/// <summary>Limits of a download's patience.</summary>
public sealed record DownloadOptions
{
    /// <summary>The number of times in a row that a transfer may fail without bringing a byte.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>The pause after the first failure; it doubles with each further one.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The time that a server may stay silent within a transfer.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The fewest bytes a second, measured over <see cref="Silence"/>.</summary>
    public int LeastRate { get; init; } = 1024;

    /// <summary>The time that a download may take in all, with all its attempts.</summary>
    public TimeSpan TotalTime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>The most bytes of a file.</summary>
    public long MostBytes { get; init; } = 1L << 37;
}
