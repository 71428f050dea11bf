using LoraBuild.Base.Randomness;

namespace LoraBuild.Base.Tests.Randomness;

public class CounterRandomTests
{
    [Theory]
    [InlineData(0ul, 0ul, 0ul, 0xe169c58d_6627e8d5, 0x9b00dbd8_bc57ac4c)]
    [InlineData(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, 0x41c83b0e_408f276d, 0x6d5451fd_a20bc7c6)]
    [InlineData(0x85a308d3_243f6a88, 0x03707344_13198a2e, 0x299f31d0_a4093822, 0x94fdcceb_d16cfe09, 0x24126ea1_5001e420)]
    public void Philox_gives_the_published_known_answers(ulong counterLow, ulong counterHigh, ulong key, ulong low, ulong high) =>
        Assert.Equal((low, high), Philox.Block(counterLow, counterHigh, key));

    [Fact]
    public void The_same_seed_and_stream_give_the_same_numbers_and_any_other_gives_others()
    {
        static ulong First(long seed, params long[] stream) => new CounterRandom(seed, stream).NextBits();

        Assert.Equal(First(42, 1, 2, 3), First(42, 1, 2, 3));
        ulong[] firsts =
            [First(42), First(43), First(42, 0), First(42, 0, 0), First(42, 1), First(42, 0, 1), First(42, 1, 0), First(42, -1)];
        Assert.Equal(firsts.Length, firsts.Distinct().Count());
    }

    [Fact]
    public void Gaussians_have_the_moments_and_tails_of_a_standard_normal()
    {
        var values = new CounterRandom(42, 7).NextGaussians(1_000_001);

        Assert.Equal(0, values.Average(x => (double)x), 0.005);
        Assert.Equal(1, values.Average(x => (double)x * x), 0.01);
        Assert.Equal(0, values.Average(x => Math.Pow(x, 3)), 0.02);
        Assert.Equal(3, values.Average(x => Math.Pow(x, 4)), 0.06);
        Assert.Equal(0.0455, values.Count(x => Math.Abs(x) > 2) / 1e6, 0.001);
        Assert.Equal(0.0027, values.Count(x => Math.Abs(x) > 3) / 1e6, 0.0003);
    }

    [Fact]
    public void Gaussians_stay_what_they_were()
    {
        // Another number here means that every trained file changes: bump the step's version with it.
        var values = new CounterRandom(42, 0, 1, 2).NextGaussians(4);

        Assert.Equal(new[] { 0.705404639f, 0.834058821f, -0.0421484672f, 1.95742965f }, values);
    }

    [Fact]
    public void Integers_are_even_over_their_range()
    {
        var random = new CounterRandom(1);
        var counts = new int[7];
        for (var i = 0; i < 70_000; i++)
            counts[random.NextInt(7)]++;

        Assert.All(counts, count => Assert.InRange(count, 9_600, 10_400));
        Assert.Throws<ArgumentOutOfRangeException>(() => random.NextInt(0));
    }

    [Fact]
    public void Doubles_lie_in_the_unit_interval_and_fill_it()
    {
        var random = new CounterRandom(1, 2);
        var values = Enumerable.Range(0, 10_000).Select(_ => random.NextDouble()).ToArray();

        Assert.All(values, value => Assert.InRange(value, 0, 1 - 1e-17));
        Assert.Equal(0.5, values.Average(), 0.01);
    }

    [Fact]
    public void A_shuffle_is_a_permutation_and_reaches_every_order()
    {
        var orders = Enumerable.Range(0, 600).Select(seed =>
        {
            var values = "abc".ToCharArray();
            new CounterRandom(seed).Shuffle<char>(values);
            return new string(values);
        }).GroupBy(order => order).ToDictionary(group => group.Key, group => group.Count());

        Assert.Equal(["abc", "acb", "bac", "bca", "cab", "cba"], orders.Keys.Order());
        Assert.All(orders.Values, count => Assert.InRange(count, 60, 140));
    }
}
