using LoraBuild.Dataset.Tables;

namespace LoraBuild.Dataset.Tests.Tags;

public class ShippedTablesTests
{
    [Fact]
    public void Every_table_that_the_steps_follow_is_part_of_the_hash()
    {
        var assembly = typeof(ShippedTables).Assembly;
        var text = new System.Text.StringBuilder();
        foreach (var name in (string[])[
            "Tags/implications.txt", "Tags/contradictions.txt", "Features/features.txt", "Outfits/garments.txt", "Outfits/framing.txt",
        ])
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

        Assert.Equal(Base.Hashing.ContentHash.Of(text.ToString()), ShippedTables.Hash);

        Assert.Equal(5, assembly.GetManifestResourceNames().Count(name => name.EndsWith(".txt", StringComparison.Ordinal)));
    }
}
