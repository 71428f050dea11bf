using FsCheck.Xunit;
using LoraBuild.Core.Randomness;
using LoraBuild.Training.Captions;

namespace LoraBuild.Training.Tests.Captions;

public class CaptionShufflerTests
{
    private const string Caption = @"manhattan cafe \(umamusume\), 1girl, solo,black hair , yellow eyes";

    [Property]
    public bool Kept_tags_stay_first_and_no_tag_is_lost(int seed, byte keep)
    {
        var tags = Caption.Split(',').Select(tag => tag.Trim()).ToList();
        var shuffled = CaptionShuffler.Shuffle(Caption, keep % 7, new CounterRandom(seed)).Split(", ");

        var kept = Math.Min(keep % 7, tags.Count);
        return shuffled.Take(kept).SequenceEqual(tags.Take(kept)) && shuffled.Order().SequenceEqual(tags.Order());
    }

    [Fact]
    public void Every_order_of_three_tags_is_as_likely_as_any_other()
    {
        var counts = Enumerable.Range(0, 6000)
            .GroupBy(seed => CaptionShuffler.Shuffle("a, b, c", 0, new CounterRandom(seed)))
            .ToDictionary(order => order.Key, order => order.Count());

        Assert.Equal(6, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 900, 1100));
    }

    [Fact]
    public void Only_the_first_line_counts() =>
        Assert.Equal("a, b", CaptionShuffler.Shuffle("a, b\r\nc, d", 2, new CounterRandom(1)));
}
