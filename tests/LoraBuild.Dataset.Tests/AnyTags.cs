using LoraBuild.Dataset.Tags;

namespace LoraBuild.Tests;

/// <summary>Tags for properties: arbitrary words, and words that the tables speak of.</summary>
internal static class AnyTags
{
    private static readonly string[] Known =
    [
        "1girl", "solo", "hoshino aoi", "aoi", "long hair", "very long hair", "black hair", "hair ribbon", "closed eyes", "yellow eyes",
        "eyes",
        "horse ears", "animal ears", "fake animal ears", "horse girl", "ahoge", "wooden chair", "bangs", "shirt", "white shirt",
        "red shirt", "collared shirt",
        "dress shirt", "dress", "white dress", "frills", "frilled collar", "black gloves", "white gloves", "fingerless gloves", "gloves",
        "adjusting gloves",
        "no gloves", "skirt", "black skirt", "pleated skirt", "miniskirt", "shorts under skirt", "shoes", "boots", "white footwear",
        "barefoot", "necktie",
        "yellow necktie", "bowtie", "belt", "holding", "cup", "holding cup", "full body", "upper body", "portrait", "cowboy shot",
        "lower body", "smile",
        "white background", "simple background", "open coat", "black coat", "jacket", "long sleeves", "sleeveless", "^_^", "hat", "beret",
    ];

    public static IReadOnlyList<string> AllKnown => Known;

    public static PictureTags Of(string?[] words, int[] picks) => PictureTags.Of(
        [.. picks.Select(pick => Known[(pick & int.MaxValue) % Known.Length]), .. TagList.Parse(string.Join(',', words))]);

    public static void AssertEveryChangeIsRecorded(PictureTags input, PictureTags output)
    {
        var gone = output.Changes.Where(change => change.Kind != TagChangeKind.Added).Select(change => change.Tag).ToHashSet(Tag.Comparer);
        var come = output.Changes.Where(change => change.Kind == TagChangeKind.Added).Select(change => change.Tag).ToHashSet(Tag.Comparer);
        Assert.All(input.Tags.Except(output.Tags, Tag.Comparer), tag => Assert.Contains(tag, gone));
        Assert.All(output.Tags.Except(input.Tags, Tag.Comparer), tag => Assert.Contains(tag, come));
        Assert.All(come, tag => Assert.Contains(tag, output.Tags, Tag.Comparer));
        Assert.All(output.Changes, change => Assert.NotEqual("", change.Reason));
    }
}
