using static LoraBuild.Torch.Tests.Numbers;

namespace LoraBuild.Torch.Tests;

public sealed class ReductionTests
{
    private static Tensor Matrix() => tensor(new[] { 1f, 5f, 3f, 4f, 2f, 9f }, [2, 3]);

    [Fact]
    public void Sums_and_means_over_everything_or_some_dimensions()
    {
        using var scope = NewDisposeScope();
        var x = Matrix();
        Assert.Equal(24f, x.sum().item<float>());
        Near([9, 15], x.sum(1));
        Near([5, 7, 12], x.sum([0L]));
        Assert.Equal([2L, 1L], x.sum(1, keepdim: true).shape);
        Assert.Equal(4f, x.mean().item<float>());
        Near([3, 5], x.mean([1]));
        Assert.Equal(ScalarType.Float64, x.sum(type: ScalarType.Float64).dtype);
        Assert.Equal(2L, x.gt(4).sum().item<long>());
    }

    [Fact]
    public void An_axis_named_twice_is_an_error_however_large_the_tensor()
    {
        using var scope = NewDisposeScope();
        Assert.ThrowsAny<Exception>(() => ones(2, 2).sum([0, 0]));
        Assert.ThrowsAny<Exception>(() => ones(256, 256).sum([0, 0]));
        Assert.ThrowsAny<Exception>(() => ones(256, 256).mean([1, -1]));
    }

    [Fact]
    public void Spread_and_norm()
    {
        using var scope = NewDisposeScope();
        var x = Matrix();
        Near([2, MathF.Sqrt(13)], x.std([1]));
        Near([MathF.Sqrt(8f / 3), MathF.Sqrt(26f / 3)], x.std(1, unbiased: false));
        Assert.Equal(Math.Sqrt(136), x.norm().item<float>(), 4);
    }

    [Fact]
    public void Extremes()
    {
        using var scope = NewDisposeScope();
        var x = Matrix();
        Assert.Equal(9f, x.max().item<float>());
        Near([4, 5, 9], x.amax([0]));
        Assert.True(x.gt(0).all().item<bool>());
        Assert.False(x.gt(1).all().item<bool>());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Many_values_find_the_buckets_that_a_search_finds(bool right)
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        var random = randn(254).mul_(0.1f).data<float>().ToArray();
        float[] sorted = [.. random.Append(0).Append(float.PositiveInfinity).Order()];
        var boundaries = tensor(sorted);
        float[] special =
            [float.NaN, -float.NaN, 0, -0f, float.NegativeInfinity, float.PositiveInfinity, float.Epsilon, -float.Epsilon, float.MaxValue];
        float[] values = [.. special, .. sorted, .. sorted.Select(MathF.BitIncrement), .. sorted.Select(
            MathF.BitDecrement), .. randn(100_000).mul_(0.1f).data<float>().ToArray()];

        var found = tensor(values).bucketize(boundaries, outInt32: true, right: right).data<int>().ToArray();

        // A value goes behind the boundaries that do not lie above it, or neither above nor at it; what is no number goes behind them all.
        var expected = values.Select(value => sorted.TakeWhile(boundary => !(right ? boundary > value : boundary >= value)).Count());
        Assert.Equal(expected, found);
    }
}
