using static LoraBuild.Torch.Tests.Numbers;

namespace LoraBuild.Torch.Tests;

public sealed class ShapeTests
{
    [Fact]
    public void Views_share_memory_and_copies_do_not()
    {
        using var scope = NewDisposeScope();
        var x = arange(6, dtype: ScalarType.Float32);
        var view = x.view(2, 3);
        var copy = view.t().contiguous();
        x.fill_(9);
        Near([9, 9, 9, 9, 9, 9], view);
        Near([0, 3, 1, 4, 2, 5], copy);
    }

    [Fact]
    public void Dimensions_are_moved_added_and_removed()
    {
        using var scope = NewDisposeScope();
        var x = arange(24).view(2, 3, 4);
        Assert.Equal([4L, 2L, 3L], x.permute(2, 0, 1).shape);
        Assert.Equal([2L, 4L, 3L], x.transpose(1, -1).shape);
        Assert.Equal([2L, 12L], x.flatten(1).shape);
        Assert.Equal([2L, 1L, 3L, 4L], x.unsqueeze(1).shape);
        Assert.Equal([2L, 3L, 4L], x.unsqueeze(1).squeeze(1).shape);
        Assert.Equal([2L, 3L, 4L], x.unsqueeze(0).unsqueeze(-1).squeeze().shape);
        Assert.Equal([8L, 3L], x.reshape(-1, 3).shape);
        Assert.Equal([12L, 4L, 1L], x.stride());
        Assert.False(x.permute(2, 0, 1).is_contiguous());
    }

    [Fact]
    public void Tensors_are_joined_and_taken_apart()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1f, 2f, 3f, 4f }, [2, 2]);
        Near([1, 2, 3, 4, 1, 2, 3, 4], cat([x, x]));
        Near([1, 2, 1, 2, 3, 4, 3, 4], cat(new[] { x, x }, 1));
        Assert.Equal([2L, 2L, 2L], stack([x, x], 1).shape);
        var halves = x.chunk(2, 1);
        Near([1, 3], halves[0]);
        Near([2, 4], halves[1]);
        Near([3, 4], x.unbind()[1]);
    }

    [Fact]
    public void Elements_are_moved()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1f, 2f, 3f, 4f }, [2, 2]);
        Near([2, 1, 4, 3], x.flip(1));
        Near([3, 4, 1, 2], x.roll([1], [0]));
        Near([1, 0, 3, 4], x.tril());
        Near([1, 2, 0, 4], x.triu());
    }

    [Fact]
    public void A_scalar_has_no_dimensions()
    {
        using var scope = NewDisposeScope();
        var x = tensor(2.5f);
        Assert.Equal(0, x.ndim);
        Assert.Empty(x.shape);
        Assert.Equal(1, x.numel());
        Assert.Equal(2.5f, x.item<float>());
        Assert.Equal(0, zeros([3, 0]).numel());
        Assert.Empty(zeros([0]).data<float>().ToArray());
    }
}
