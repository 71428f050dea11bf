namespace LoraBuild.Incremental.Caching;

/// <summary>Settings of a remote cache.</summary>
public sealed record RemoteCacheOptions
{
    /// <summary>True to upload nothing, as for the build of a pull request.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>The credentials of this machine.</summary>
    public RemoteCredentials Credentials { get; init; } = RemoteCredentials.From(_ => null);

    /// <summary>The time that the server may stay silent within a request.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The fewest bytes a second of a request, measured over <see cref="Silence"/>. Many requests share a line.</summary>
    public int LeastRate { get; init; } = 1024;

    /// <summary>The time that a request may take in all.</summary>
    public TimeSpan RequestTime { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>The time that the end of a build waits for uploads.</summary>
    public TimeSpan UploadPatience { get; init; } = TimeSpan.FromMinutes(2);
}
