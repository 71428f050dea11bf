using static LoraBuild.Torch.Tests.Numbers;

namespace LoraBuild.Torch.Tests;

public sealed class IndexingTests
{
    private static Tensor Matrix() => arange(12, dtype: ScalarType.Float32).view(3, 4);

    [Fact]
    public void Numbers_slices_and_ellipsis_make_views()
    {
        using var scope = NewDisposeScope();
        var x = Matrix();
        Assert.Equal(6f, x[1, 2].item<float>());
        Near([4, 5, 6, 7], x[1]);
        Near([8, 9, 10, 11], x[-1]);
        Near([1, 5, 9], x[TensorIndex.Colon, 1]);
        Near([3, 7, 11], x[TensorIndex.Ellipsis, -1]);
        Near([5, 6, 9, 10], x[TensorIndex.Slice(1), TensorIndex.Slice(1, 3)]);
        Near([0, 2, 8, 10], x[TensorIndex.Slice(null, null, 2), TensorIndex.Slice(step: 2)]);
        Near([4, 5, 6, 7], x[1..2]);
        Near([1, 2, 5, 6], x[..2, 1..^1]);
        Assert.Equal([3L, 1L, 4L], x[TensorIndex.Colon, TensorIndex.None].shape);
        x[1].fill_(0);
        Near([0, 1, 2, 3, 0, 0, 0, 0, 8, 9, 10, 11], x);
    }

    [Fact]
    public void Tensors_of_numbers_or_truth_values_pick_elements()
    {
        using var scope = NewDisposeScope();
        var x = Matrix();
        var rows = tensor(new long[] { 2, 0 });
        Near([8, 9, 10, 11, 0, 1, 2, 3], x[rows]);
        Near([9, 1], x[rows, tensor(1L)]);
        Near([10, 2], x[TensorIndex.Tensor(rows), 2]);
        Near([2, 0, 6, 4, 10, 8], x[TensorIndex.Colon, TensorIndex.Tensor(rows)]);
        Near([10, 11], x[x > 9]);
        Near([8, 9, 10, 11, 0, 1, 2, 3], x.index_select(0, rows));
        Near([10, 11], x.masked_select(x.gt(9)));
    }

    [Fact]
    public void Indexed_elements_can_be_set()
    {
        using var scope = NewDisposeScope();
        var x = zeros(2, 3);
        x[0] = tensor(new[] { 1f, 2f, 3f });
        x[1, 2] = tensor(7f);
        x[TensorIndex.Colon, 0] = tensor(9f);
        Near([9, 2, 3, 9, 0, 7], x);
        x[x > 5] = tensor(-1f);
        Near([-1, 2, 3, -1, 0, -1], x);
        x.index_put_(tensor(5f), tensor(new long[] { 0, 1 }), tensor(new long[] { 1, 1 }));
        Near([-1, 5, 3, -1, 5, -1], x);
        Near([-1, 0, 3, -1, 0, -1], x.masked_fill(x.eq(5), 0));
    }

    [Fact]
    public void Gathering_and_scattering()
    {
        using var scope = NewDisposeScope();
        var x = Matrix();
        var index = tensor(new long[] { 3, 0, 1 }, 3, 1);
        Near([3, 4, 9], x.gather(1, index));
        Near([0, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0], zeros(3, 4).scatter_(1, index, ones(3, 1)));
        Near([0, 1, 2, 4, 5, 5, 6, 7, 8, 10, 10, 11], x.scatter_add(1, index, ones(3, 1)));
        Near([1, 1, 1, 1, 0, 0, 0, 0, 2, 2, 2, 2], zeros(3, 4).index_add_(0, tensor(new long[] { 0, 2, 2 }), ones(3, 4), 1));
    }
}
