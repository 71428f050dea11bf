using FsCheck.Xunit;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Dedupe;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Tests.Tags;

public class TagDeduplicatorTests
{
    private static readonly TagDeduplicator Deduplicator = new(Character.Named("hoshino aoi"), ImplicationTable.Danbooru);

    [Fact]
    public void A_tag_that_another_implies_goes_with_the_other_as_reason()
    {
        var result = Deduplicator.Deduplicate(PictureTags.Of(["skirt", "smile", "green skirt"]));
        Assert.Equal(["smile", "green skirt"], result.Tags);
        Assert.Equal([new TagChange("skirt", TagChangeKind.Removed, "implied by green skirt", "green skirt")], result.Changes);
    }

    [Fact]
    public void Implication_reaches_over_a_tag_that_is_not_there() =>
        Assert.Equal(["microskirt"], Deduplicator.Deduplicate(PictureTags.Of(["skirt", "microskirt"])).Tags);

    [Fact]
    public void The_first_of_equal_tags_stays_whatever_their_case()
    {
        var result = Deduplicator.Deduplicate(PictureTags.Of(["Smile", "hat", "smile"]));
        Assert.Equal(["Smile", "hat"], result.Tags);
        Assert.Equal("duplicate", Assert.Single(result.Changes).Reason);
    }

    [Fact]
    public void A_trigger_word_is_a_name_and_implies_nothing()
    {
        var deduplicator = new TagDeduplicator(Character.Named("black cat"), ImplicationTable.Danbooru);
        Assert.Equal(["black cat", "cat"], deduplicator.Deduplicate(PictureTags.Of(["black cat", "cat"])).Tags);
    }

    [Fact]
    public void A_tag_added_by_hand_stays()
    {
        var input = PictureTags.Of(["green skirt", "skirt"]) with { Pinned = ["skirt"] };
        Assert.Equal(["green skirt", "skirt"], Deduplicator.Deduplicate(input).Tags);
    }

    [Property]
    public void Any_tags_are_deduplicated_once_in_order_and_with_a_reason_for_each(string?[] words, int[] picks)
    {
        var input = AnyTags.Of(words, picks);
        var result = Deduplicator.Deduplicate(input);
        AnyTags.AssertEveryChangeIsRecorded(input, result);
        Assert.Equal(result.Tags, Deduplicator.Deduplicate(result).Tags);
        Assert.Equal(result.Tags, input.Tags.Distinct(Tag.Comparer).Where(tag => result.Tags.Contains(tag, Tag.Comparer)));
        Assert.All(input.Tags, tag => Assert.Contains(
            result.Tags, kept => Tag.Comparer.Equals(kept, tag) || ImplicationTable.Danbooru.Implies(kept, tag)));
    }
}
