using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Dedupe;
using LoraBuild.Dataset.Features;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Tests.Captions;

public class WorkedExampleTests
{
    private const string Raw =
        @"1girl, manhattan cafe \(umamusume\), solo, horse ears, animal ears, long hair, yellow shirt, black hair, cup, "
        + "hair between eyes, skirt, shirt, ahoge, " +
        "looking at viewer, holding, yellow eyes, frilled shirt collar, white background, holding cup, disposable cup, horse girl, bangs, "
        + "simple background, " +
        "long sleeves, closed mouth, frills, multicolored hair, green skirt, very long hair";

    private const string Caption =
        @"manhattan cafe \(umamusume\), yellow shirt, looking at viewer, frilled shirt collar, white background, holding cup, "
        + "disposable cup, long sleeves, " +
        "closed mouth, green skirt";

    [Fact]
    public void The_articles_example_comes_out_exactly_with_nothing_but_defaults()
    {
        var character = Character.Named(@"manhattan cafe \(umamusume\)");
        var stripped = new FeatureStripper(character).Strip(PictureTags.Of(TagList.Parse(Raw)));
        var deduplicated = new TagDeduplicator(character, ImplicationTable.Danbooru).Deduplicate(stripped);
        Assert.Equal(Caption, Dataset.Captions.Caption.Of(deduplicated.Tags));
    }
}
