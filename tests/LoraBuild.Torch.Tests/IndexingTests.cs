using static LoraBuild.Torch.Tests.Numbers;

namespace LoraBuild.Torch.Tests;

public sealed class IndexingTests
{
    private static Tensor Matrix() => arange(12, dtype: ScalarType.Float32).view(3, 4);

    [Fact]
    public void Numbers_make_views_and_count_from_the_end_where_negative()
    {
        using var scope = NewDisposeScope();
        var x = Matrix();
        Assert.Equal(6f, x[1, 2].item<float>());
        Near([4, 5, 6, 7], x[1]);
        Near([8, 9, 10, 11], x[-1]);
        x[1].fill_(0);
        Near([0, 1, 2, 3, 0, 0, 0, 0, 8, 9, 10, 11], x);
    }

    [Fact]
    public void Tensors_pick_elements_and_masks_set_them()
    {
        using var scope = NewDisposeScope();
        var x = Matrix();
        var rows = tensor(new long[] { 2, 0 });
        Near([8, 9, 10, 11, 0, 1, 2, 3], x.index_select(0, rows));
        Near([8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3], x.clone().index_copy_(0, rows, x.index_select(0, tensor(new long[] { 0, 2 }))));
        Near([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, -1, -1], x.masked_fill_(x.gt(9), -1));
    }
}
