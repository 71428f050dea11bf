using System.Globalization;
using LoraBuild.Base.Files;

namespace LoraBuild.Tasks;

/// <summary>CachePrune: deletes what of the store was used least recently, down to its bound. What running builds use stays.</summary>
public sealed class PruneCache : CacheTask
{
    /// <inheritdoc/>
    protected override void Run()
    {
        var (files, bytes) = Session.Store.Prune(MaxBytes, exactly: true);
        Say(string.Create(
            CultureInfo.InvariantCulture,
            $"CachePrune: {files} files deleted, {ByteSize.Format(bytes)}; the bound is {ByteSize.Format(MaxBytes)}"));
    }
}
