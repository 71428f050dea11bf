#if !TORCHSHARP
namespace LoraBuild.Torch.Tests;

/// <summary>
/// Operators that libtorch divides by the number of threads: right to single precision, and the same bits for any number.
/// </summary>
public sealed class ThreadCountTests
{
    public static TheoryData<long[]> Shapes => [[1_000_003], [2, 96, 11, 13], [3, 157, 333], [1, 64, 32, 33], [2, 40, 1]];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Activations(long[] shape)
    {
        using var scope = NewDisposeScope();
        var (input, wide) = (Random(shape), Random([.. shape[..^1], 2 * shape[^1]]));
        Func<Tensor, Tensor>[] functions = [x => nn.functional.silu(x), nn.functional.gelu, x => x.sigmoid()];

        foreach (var function in functions)
        {
            Check(function, input);
            // As GEGLU takes them: half of every row.
            Check(x => function(x.chunk(2, -1)[1]), wide);
            Check(x => function(x.transpose(0, -1)), input);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Sums_and_means_of_everything(long[] shape)
    {
        using var scope = NewDisposeScope();
        var input = Random(shape);
        long[] axes = [.. Enumerable.Range(0, shape.Length).Select(axis => (long)axis)];

        Check(x => x.sum(), input);
        Check(x => x.square().mean(), input);
        Check(x => x.sum(axes, keepdim: true), input);
        Check(x => x.unsqueeze(0).mean([.. axes.Select(axis => axis + 1)]), input);
        // A number that is broadcast gets such a sum for its gradient.
        Check(x => x * input, Random(1));
        Assert.Equal([.. shape.Select(_ => 1L)], input.mean(axes, keepdim: true).shape);
        Assert.Equal([1], input.unsqueeze(0).sum([.. axes.Select(axis => axis + 1)]).shape);
        Assert.Equal([], input.mean().shape);
        Assert.Equal(ScalarType.Float64, input.sum(axes, type: ScalarType.Float64).dtype);
    }

    [Theory]
    [InlineData(2, 640, 16, 16)]
    [InlineData(1, 1920, 11, 13)]
    [InlineData(3, 256, 1, 1)]
    [InlineData(1, 32, 64, 80)]
    public void Group_normalisation(long batch, long channels, long height, long width)
    {
        using var scope = NewDisposeScope();
        var (input, gain, bias) = (Random(batch, channels, height, width) + 3, Random(channels), Random(channels));

        Check(x => nn.functional.group_norm(x, 32, gain.to_type(x.dtype), bias.to_type(x.dtype)), input);
        Check(x => nn.functional.group_norm(x, 32), input);
        Check(x => nn.functional.group_norm(x.transpose(2, 3), 32, gain.to_type(x.dtype), bias.to_type(x.dtype)), input);
        // The gain's own gradient is libtorch's.
        var (x, learnt) = (input.clone().requires_grad_(), gain.clone().requires_grad_());
        nn.functional.group_norm(x, 32, learnt).sum().backward();
        Assert.NotNull(learnt.grad);
    }

    [Theory]
    [InlineData(10, 60, 77)]
    [InlineData(8, 400, 77)]
    [InlineData(3, 5, 7)]
    public void Softmax(long heads, long queries, long keys)
    {
        using var scope = NewDisposeScope();

        Check(x => x.softmax(-1), Random(heads, queries, keys));
        Check(x => x.transpose(0, 1).softmax(2), Random(heads, queries, keys));
    }

    [Theory]
    [InlineData(24, 24)]
    [InlineData(24, 1000)]
    public void Attention_with_more_scores_than_are_kept(long width, long keys)
    {
        using var scope = NewDisposeScope();
        var (input, others) = (Random(2, 4, 600, width), Random(2, 4, keys, width));

        Check(x => nn.functional.scaled_dot_product_attention(x, others.to_type(x.dtype), others.to_type(x.dtype)), input);
        Check(x => nn.functional.scaled_dot_product_attention(x, x, x), input);
    }

    [Theory]
    [InlineData(2, 64, 20, 20)]
    [InlineData(4, 96, 24, 16)]
    [InlineData(1, 4, 9, 11)]
    public void Convolutions_of_every_second_place(long batch, long channels, long height, long width)
    {
        using var scope = NewDisposeScope();
        var weight = Random(48, channels, 3, 3);

        Check(x => nn.functional
            .conv2d(x, weight.to_type(x.dtype), strides: [2, 2], padding: [1, 1]), Random(batch, channels, height, width));
    }

    private static void Check(Func<Tensor, Tensor> function, Tensor input)
    {
        var precise = Run(function, input.to_type(ScalarType.Float64));
        var before = get_num_threads();
        try
        {
            List<Tensor>? first = null;
            foreach (var threads in new[] { 1, 2, 3, 5, 7 })
            {
                set_num_threads(threads);
                var results = Run(function, input);
                first ??= results;
                Assert.All(first.Zip(results), pair => Assert.Equal(pair.First.bytes.ToArray(), pair.Second.bytes.ToArray()));
            }

            Assert.All(precise.Zip(first!), pair =>
            {
                Assert.Equal(pair.First.shape, pair.Second.shape);
                var largest = pair.First.abs().max().item<double>();
                Assert.True((pair.First - pair.Second).abs().max().item<double>() <= 1e-5 * (1 + largest));
            });
        }
        finally
        {
            set_num_threads(before);
        }
    }

    // Output and gradient for a gradient that is no constant.
    private static List<Tensor> Run(Func<Tensor, Tensor> function, Tensor input)
    {
        var leaf = input.detach().clone().requires_grad_();
        var output = function(leaf);
        torch.autograd.backward([output], [Random([.. output.shape]).to_type(output.dtype)]);
        return [output.detach().contiguous(), leaf.grad!.contiguous()];
    }

    private static Tensor Random(params long[] shape)
    {
        using var generator = new Generator((ulong)shape.Sum());
        return randn(shape, generator: generator);
    }
}
#endif
