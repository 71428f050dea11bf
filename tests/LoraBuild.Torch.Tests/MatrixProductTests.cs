namespace LoraBuild.Torch.Tests;

public sealed class MatrixProductTests
{
    public static TheoryData<long, long, long> Sizes => new()
    {
        { 1, 1, 1 }, { 1, 7, 300 }, { 300, 1, 5 }, { 5, 300, 1 }, { 63, 129, 40 }, { 320, 256, 577 }, { 77, 2048, 64 }, { 700, 16, 320 },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Products_of_rows_columns_and_slices_are_those_of_double_precision(long rows, long columns, long depth)
    {
        using var scope = NewDisposeScope();
        Tensor[] lefts = [Random(rows, depth), Random(depth, rows).t(), Random(rows, depth + 3).narrow(1, 2, depth), Random(rows, 2, depth)
            .select(1, 0)];
        Tensor[] rights = [Random(depth, columns), Random(columns, depth).t(), Random(depth, columns + 3)
            .narrow(1, 1, columns), Random(depth).as_strided([depth, columns], [1, 0])];
        var (bias, matrix) = (Random(columns), Random(rows, columns));

        foreach (var left in lefts)
        {
            foreach (var right in rights)
            {
                var expected = left.to_type(ScalarType.Float64).matmul(right.to_type(ScalarType.Float64));
                var tolerance = 1e-6 * Math.Max(1, depth);
                Assert.True(Numbers.Distance(expected, left.mm(right)) < tolerance);
                Assert.True(Numbers.Distance(expected + bias, functional.linear(left, right.t(), bias)) < tolerance);
                Assert.True(Numbers.Distance((matrix * 2) - (expected * 0.5), matrix.clone().addmm_(left, right, 2, -0.5f)) < tolerance);
                Assert.True(Numbers.Distance(expected.t(), zeros_like(matrix).t().contiguous().addmm_(right.t(), left.t())) < tolerance);
            }
        }
    }

    [Fact]
    public void Columns_of_double_precision()
    {
        using var scope = NewDisposeScope();
        var input = Random(2, 3, 7, 6);

        var columns = nn.functional.unfold(input.to_type(ScalarType.Float64), 3, 1, 1, 2);

        Assert.Equal(ScalarType.Float64, columns.dtype);
        Assert.Equal(0, Numbers.Distance(columns, nn.functional.unfold(input, 3, 1, 1, 2)));
    }

    [Fact]
    public void Batches_are_products_of_their_own()
    {
        using var scope = NewDisposeScope();
        var (left, right) = (Random(3, 50, 40), Random(3, 60, 40).transpose(1, 2));

        var product = left.matmul(right);

        for (var i = 0; i < 3; i++)
            Assert.Equal(0, Numbers.Distance(left[i].mm(right[i]), product[i]));
        Assert.Equal([3, 0, 60], zeros([3, 0, 40]).matmul(right).shape);
        Assert.Equal(0, zeros([4, 0]).mm(zeros([0, 5])).abs().sum().item<float>());
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_still_errors()
    {
        using var scope = NewDisposeScope();
        Assert.ThrowsAny<Exception>(() => ones(2, 3).mm(ones(2, 3)));
#if !TORCHSHARP
        // TorchSharp lets libtorch's exception out of this one, which ends the process.
        Assert.ThrowsAny<Exception>(() => ones(2, 2, 3).matmul(ones(3, 3, 2)));
#endif
        Assert.ThrowsAny<Exception>(() => ones(2, 5).addmm_(ones(2, 3), ones(3, 4)));
    }

    [Theory]
    [InlineData(3, 1, 1)]
    [InlineData(3, 1, 2)]
    [InlineData(3, 0, 1)]
    [InlineData(5, 2, 3)]
    [InlineData(2, 3, 1)]
    public void Columns_times_a_weight_are_a_convolution_and_fold_is_their_transpose(long kernel, long padding, long stride)
    {
        using var scope = NewDisposeScope();
        var (input, weight) = (Random(2, 5, 9, 7), Random(4, 5, kernel, kernel));

        var columns = nn.functional.unfold(input, kernel, 1, padding, stride);

        var expected = nn.functional.conv2d(input, weight, strides: [stride, stride], padding: [padding, padding]);
        Assert.True(Numbers.Distance(expected.flatten(2), weight.flatten(1).matmul(columns)) < 1e-4);
        var other = Random([.. columns.shape]);
        var folded = nn.functional.fold(other, (9, 7), (kernel, kernel), padding: (padding, padding), stride: (stride, stride));
        Assert.Equal((columns * other).sum().item<float>(), (input * folded).sum().item<float>(), 1e-2f);
    }

#if !TORCHSHARP
    // libtorch's own product overwrites what it still has to read.
    [Fact]
    public void A_product_goes_onto_its_own_factor()
    {
        using var scope = NewDisposeScope();
        var matrix = Random(200, 200);
        var expected = matrix.to_type(ScalarType.Float64) + matrix.to_type(ScalarType.Float64).matmul(matrix.to_type(ScalarType.Float64));

        Assert.True(Numbers.Distance(expected, matrix.addmm_(matrix, matrix)) < 1e-3);
    }

    [Fact]
    public void The_number_of_threads_does_not_change_a_bit()
    {
        using var scope = NewDisposeScope();
        var (left, right, batch) = (Random(333, 777), Random(777, 640), Random(8, 96, 80));
        var before = get_num_threads();
        try
        {
            var results = new[] { 1, 2, 3, 5 }.Select(threads =>
            {
                set_num_threads(threads);
                return (Tensor[])[left.mm(right), functional.linear(left, right.t(), right[0]), batch.matmul(
                    batch.transpose(1, 2)), left.narrow(1, 0, 16).mm(right.narrow(0, 0, 16))];
            }).ToList();

            foreach (var other in results.Skip(1))
                Assert.All(results[0].Zip(other), pair => Assert.Equal(0, Numbers.Distance(pair.First, pair.Second)));
        }
        finally
        {
            set_num_threads(before);
        }
    }
#endif

    private static Tensor Random(params long[] shape)
    {
        using var generator = new Generator((ulong)shape.Sum());
        return randn(shape, generator: generator);
    }
}
