using static LoraBuild.Torch.Tests.Numbers;

namespace LoraBuild.Torch.Tests;

public sealed class ReductionTests
{
    private static Tensor Matrix() => tensor(new[] { 1f, 5f, 3f, 4f, 2f, 9f }, 2, 3);

    [Fact]
    public void Sums_and_means_over_everything_or_some_dimensions()
    {
        using var scope = NewDisposeScope();
        var x = Matrix();
        Assert.Equal(24f, x.sum().item<float>());
        Near([9, 15], x.sum(1));
        Near([5, 7, 12], x.sum([0]));
        Assert.Equal([2L, 1L], x.sum(1, keepdim: true).shape);
        Assert.Equal(4f, x.mean().item<float>());
        Near([3, 5], x.mean([1]));
        Assert.Equal(ScalarType.Float64, x.sum(type: ScalarType.Float64).dtype);
        Assert.Equal(2L, (x > 4).sum().item<long>());
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
        Near([4, 13], x.var(1));
        Near([2, MathF.Sqrt(13)], x.std([1]));
        Near([8f / 3, 26f / 3], x.var([1], unbiased: false));
        Assert.Equal(Math.Sqrt(136), x.norm().item<float>(), 4);
    }

    [Fact]
    public void Extremes_and_where_they_are()
    {
        using var scope = NewDisposeScope();
        var x = Matrix();
        Assert.Equal(9f, x.max().item<float>());
        Assert.Equal(1f, x.min().item<float>());
        var (values, indices) = x.max(1);
        Near([5, 9], values);
        Assert.Equal([1L, 2L], indices.data<long>().ToArray());
        Near([4, 5, 9], x.amax([0]));
        Near([1, 2], x.amin([1]));
        Assert.Equal([1L, 2L], x.argmax(1).data<long>().ToArray());
        Assert.Equal(5L, x.argmax().item<long>());
        Assert.True((x > 0).all().item<bool>());
        Assert.False((x > 9).any().item<bool>());
    }

    [Fact]
    public void Order()
    {
        using var scope = NewDisposeScope();
        var x = Matrix();
        var (sorted, order) = x.sort(1, descending: true);
        Near([5, 3, 1, 9, 4, 2], sorted);
        Assert.Equal([1L, 2L, 0L, 2L, 0L, 1L], order.data<long>().ToArray());
        Assert.Equal([0L, 2L, 1L, 1L, 0L, 2L], x.argsort(1).data<long>().ToArray());
        var (best, _) = x.topk(2, 1);
        Near([5, 3, 9, 4], best);
        Near([1, 6, 9, 4, 6, 15], x.cumsum(1));
        Near([1, 5, 15, 4, 8, 72], x.cumprod(1));
        var bounds = tensor(new[] { 1f, 3f, 5f });
        Assert.Equal([0L, 1L, 2L], searchsorted(bounds, tensor(new[] { 0f, 3f, 4f })).data<long>().ToArray());
        Assert.Equal([0L, 2L, 2L], searchsorted(bounds, tensor(new[] { 0f, 3f, 4f }), right: true).data<long>().ToArray());
        Assert.Equal([1L, 2L], tensor(new[] { 2f, 5f }).bucketize(bounds).data<long>().ToArray());
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
        float[] special = [float.NaN, -float.NaN, 0, -0f, float.NegativeInfinity, float.PositiveInfinity, float.Epsilon, -float.Epsilon, float.MaxValue];
        float[] values = [.. special, .. sorted, .. sorted.Select(MathF.BitIncrement), .. sorted.Select(MathF.BitDecrement), .. randn(100_000).mul_(0.1f).data<float>().ToArray()];

        var found = tensor(values).bucketize(boundaries, outInt32: true, right: right).data<int>().ToArray();

        // A value goes behind the boundaries that do not lie above it, or neither above nor at it; what is no number goes behind them all.
        var expected = values.Select(value => sorted.TakeWhile(boundary => !(right ? boundary > value : boundary >= value)).Count());
        Assert.Equal(expected, found);
    }
}
