using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Features;
using LoraBuild.Dataset.Outfits;
using LoraBuild.Dataset.Tables;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Tests.Tags;

/// <summary>Twins, tags of a tagger's vocabulary that differ in one part alone, are treated alike (Data/twins.txt).</summary>
public class TwinsTests
{
    private static readonly FeatureStripper Features = new(Character.Named("hoshino aoi"));
    private static readonly IReadOnlyList<TableEntry> Families =
        TableFile.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", "twins.txt")));

    [Theory]
    [InlineData("says")]
    [InlineData("silent")]
    [InlineData("feature")]
    [InlineData("kept")]
    [InlineData("garment")]
    public void Twins_are_treated_alike(string kind)
    {
        var families =
            Families.Select(family => family.Text.Split('|', StringSplitOptions.TrimEntries)).Where(columns => columns[0] == kind).ToList();
        Assert.NotEmpty(families);
        Assert.Empty(families.SelectMany(columns => TagList.Parse(columns[2])
            .Where(name =>
                !IsAsSaid(kind, columns[1].Replace("*", name, StringComparison.Ordinal), name, columns.Length > 3 ? columns[3] : ""))
            .Select(name => $"{kind}: {columns[1]}: {name}")));
    }

    private static bool IsAsSaid(string kind, string tag, string name, string expected) => kind switch
    {
        "feature" => Features.Reason(tag) is not null,
        "kept" => Features.Reason(tag) is null,
        "garment" => GarmentTable.Default.Find(tag)?.Garment.Name == expected,
        _ => TagList.Parse(expected).All(implied =>
            ImplicationTable.Danbooru.Implies(tag, implied.Replace("*", name, StringComparison.Ordinal)) == (kind == "says")),
    };
}
