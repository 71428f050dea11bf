using System.Text;
using LoraBuild.Base.Hashing;

namespace LoraBuild.Dataset.Tables;

/// <summary>The tables of tags that ship with LoraBuild: implications, contradictions, features, garments, framing.</summary>
public static class ShippedTables
{
    private static readonly string[] Files =
        ["Tags/implications.txt", "Tags/contradictions.txt", "Features/features.txt", "Outfits/garments.txt", "Outfits/framing.txt"];

    private static readonly Lazy<ContentHash> LazyHash = new(() =>
    {
        var all = new StringBuilder();
        foreach (var file in Files)
            foreach (var entry in TableFile.ReadEmbedded(file)) all.Append(file).Append('\t').Append(entry.Text).Append('\n');
        return ContentHash.Of(all.ToString());
    });

    /// <summary>
    /// Of all that they say, comments aside: for the keys of steps that follow them, so that another table is another key.
    /// </summary>
    public static ContentHash Hash => LazyHash.Value;
}
