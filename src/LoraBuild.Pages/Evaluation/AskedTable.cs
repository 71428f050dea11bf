using LoraBuild.Dataset.Outfits;
using LoraBuild.Dataset.Tables;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Pages.Evaluation;

/// <summary>The table of clothes, poses and places that a LoRA can be asked for (Evaluation/asked.txt).</summary>
public sealed class AskedTable
{
    private const string File = "Evaluation/asked.txt";

    private static readonly Lazy<AskedTable> LazyDefault =
        new(() => new AskedTable(TableFile.ReadEmbedded(File, typeof(AskedTable).Assembly)));

    private readonly HashSet<string> garments = new(Tag.Comparer);
    private readonly HashSet<string> poses = new(Tag.Comparer);
    private readonly HashSet<string> places = new(Tag.Comparer);

    private AskedTable(IReadOnlyList<TableEntry> entries)
    {
        foreach (var entry in entries)
        {
            var columns = entry.Text.Split('|', StringSplitOptions.TrimEntries);
            var words = columns switch
            {
                ["clothes", _] => garments,
                ["poses", _] => poses,
                ["places", _] => places,
                _ => throw TableFile.Malformed(File, entry, "'clothes | ...', 'poses | ...' or 'places | ...'"),
            };
            words.UnionWith(TagList.Parse(columns[1]));
        }
    }

    /// <summary>The table that ships with LoraBuild.</summary>
    public static AskedTable Default => LazyDefault.Value;

    /// <summary>Names of garments in Outfits/garments.txt whose words are asked for.</summary>
    public IReadOnlyCollection<string> Garments => garments;

    /// <summary>The kind of thing that a tag would ask for; null for one that cannot be asked for.</summary>
    public AskedKind? KindOf(string tag)
    {
        if (poses.Contains(tag)) return AskedKind.Pose;
        if (places.Contains(tag)) return AskedKind.Place;
        return GarmentTable.Default.Word(GarmentTable.Default.WithoutColour(tag)) is { } garment && garments.Contains(garment.Name)
            ? AskedKind.Clothes
            : null;
    }
}

/// <summary>The kind of thing that a prompt of <see cref="EvaluationFamily.Obedience"/> asks for.</summary>
public enum AskedKind
{
    /// <summary>Something to wear.</summary>
    Clothes,

    /// <summary>A pose or an action.</summary>
    Pose,

    /// <summary>A place or a background.</summary>
    Place,
}
