namespace LoraBuild.Incremental.Caching;

/// <summary>How a remote cache is used.</summary>
public sealed record RemoteCacheOptions
{
    /// <summary>Whether nothing is uploaded, as for the build of a pull request.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Who this machine is.</summary>
    public RemoteCredentials Credentials { get; init; } = RemoteCredentials.From(_ => null);

    /// <summary>How long the server may stay silent within a request.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the end of a build waits for uploads.</summary>
    public TimeSpan UploadPatience { get; init; } = TimeSpan.FromMinutes(2);
}
