using System.Text;
using LoraBuild.Core.Files;

namespace LoraBuild.Core.Tags;

/// <summary>
/// The tags of every picture after one step, a line of JSON for each, in the order of the pictures. Each entry carries the key that it
/// follows from, so that the next build computes again only what changed.
/// </summary>
public static class TagLedger
{
    /// <summary>Reads a ledger. Lines that are damaged are left out, a missing file is an empty ledger: both are computed again.</summary>
    public static IReadOnlyDictionary<string, TagLedgerEntry> Read(string path)
    {
        var entries = new Dictionary<string, TagLedgerEntry>(StringComparer.Ordinal);
        if (!File.Exists(path))
            return entries;
        foreach (var entry in File.ReadLines(path, Encoding.UTF8).AsParallel().AsOrdered().Select(line => TagLedgerLine.TryRead(Encoding.UTF8.GetBytes(line))).OfType<TagLedgerEntry>())
            entries[entry.Id] = entry;

        return entries;
    }

    /// <summary>Writes a ledger.</summary>
    /// <exception cref="Diagnostics.LoraBuildException">LB6001: it cannot be written.</exception>
    public static void Write(string path, IEnumerable<TagLedgerEntry> entries) => AtomicFile.Write(path, stream =>
    {
        foreach (var entry in entries)
            TagLedgerLine.Write(stream, entry);
    });
}
