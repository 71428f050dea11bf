using LoraBuild.Dataset.Tables;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Outfits;

/// <summary>The place of a part of the body in a picture, by the picture's framing.</summary>
internal enum PartInFrame
{
    Undecided,
    Shown,
    Cut,
}

/// <summary>The parts of a body that a picture shows, by its framing tags (Outfits/framing.txt).</summary>
internal sealed class Framing
{
    private const string File = "Outfits/framing.txt";

    private static readonly Lazy<Dictionary<string, (string[] Shows, string[] Cuts)>> Table = new(ReadTable);

    private readonly List<(string Tag, string[] Shows, string[] Cuts)> rules = [];

    /// <summary>The framing that a picture's tags tell.</summary>
    public Framing(IEnumerable<string> tags)
    {
        foreach (var tag in tags)
            if (Table.Value.TryGetValue(tag, out var parts)) rules.Add((tag, parts.Shows, parts.Cuts));
    }

    /// <summary>Judges by the framing whether a garment on these parts of the body can be seen, and names the tag that says so.</summary>
    public (PartInFrame InFrame, string Tag) Of(IReadOnlyList<string> garmentParts)
    {
        var (cutParts, cutBy) = (0, "");
        foreach (var part in garmentParts)
        {
            var shownBy = rules.Find(rule => rule.Shows.Contains(part) || rule.Shows.Contains("all")).Tag;
            var partCutBy = rules.Find(rule => rule.Cuts.Contains(part)).Tag;
            if (shownBy is not null && partCutBy is null) return (PartInFrame.Shown, shownBy);
            if (partCutBy is null || shownBy is not null) continue;
            cutParts++;
            cutBy = partCutBy;
        }

        if (garmentParts.Count > 0) return cutParts == garmentParts.Count ? (PartInFrame.Cut, cutBy) : (PartInFrame.Undecided, "");
        var allBy = rules.Find(rule => rule.Shows.Contains("all")).Tag;
        return allBy is not null && rules.All(rule => rule.Cuts.Length == 0) ? (PartInFrame.Shown, allBy) : (PartInFrame.Undecided, "");
    }

    private static Dictionary<string, (string[] Shows, string[] Cuts)> ReadTable()
    {
        var table = new Dictionary<string, (string[], string[])>(Tag.Comparer);
        foreach (var entry in TableFile.ReadEmbedded(File))
        {
            var columns = entry.Text.Split('|', StringSplitOptions.TrimEntries);
            if (columns.Length != 3) throw TableFile.Malformed(File, entry, "'tag | parts shown | parts not shown'");
            table.Add(columns[0], (Parts(columns[1]), Parts(columns[2])));
        }

        return table;

        static string[] Parts(string column) => column.Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }
}
