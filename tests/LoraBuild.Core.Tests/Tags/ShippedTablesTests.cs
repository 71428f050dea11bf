using LoraBuild.Core.Tags;

namespace LoraBuild.Core.Tests.Tags;

public class ShippedTablesTests
{
    [Fact]
    public void Every_table_that_the_steps_follow_is_part_of_the_hash()
    {
        var assembly = typeof(ShippedTables).Assembly;
        var text = new System.Text.StringBuilder();
        foreach (var name in (string[])["Tags/implications.txt", "Tags/contradictions.txt", "Features/features.txt", "Outfits/garments.txt", "Outfits/framing.txt"])
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            var entry = "";
            foreach (var line in reader.ReadToEnd().Split('\n').Append("end"))
            {
                if (line.StartsWith('#') || line.Trim().Length == 0) continue;
                if (line[0] == ' ') { entry += " " + line.Trim(); continue; }
                if (entry.Length > 0) text.Append(name).Append('\t').Append(entry).Append('\n');
                entry = line.Trim();
            }
        }

        Assert.Equal(Core.Caching.ContentHash.Of(text.ToString()), ShippedTables.Hash);

        // "asked.txt" is Evaluate's own, which has its own version.
        Assert.Equal(6, assembly.GetManifestResourceNames().Count(name => name.EndsWith(".txt", StringComparison.Ordinal)));
    }
}
