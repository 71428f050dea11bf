using LoraBuild.Base.Files;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// Ends a build that succeeded: from now on <see cref="CheckUpToDate"/> compares with what this one saw and made. One that left work for
/// the next build is not recorded. What the build made goes to the remote cache before it ends, and the store is kept within its bound.
/// </summary>
public sealed class RecordBuildState : LoraTask
{
    /// <summary>The bound on the store, a <see cref="ByteSize"/>.</summary>
    [Required]
    public string CacheMaxSize { get; set; } = "";

    /// <inheritdoc/>
    protected override void Run()
    {
        if (!Session.IsUnfinished)
            Session.Save();
        Session.End();
        Session.Store.Remote?.Finish(CancellationToken);
        if (ByteSize.TryParse(CacheMaxSize, out var maxBytes))
            Session.Store.Prune(maxBytes);
    }
}
