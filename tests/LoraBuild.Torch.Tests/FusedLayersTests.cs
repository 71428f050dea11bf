#if !TORCHSHARP
using LoraBuild.Torch.Layers;

namespace LoraBuild.Torch.Tests;

/// <summary>
/// Each layer as one operator gives what its composition of plain operators gives in double precision, and the same bits on any number of
/// threads.
/// </summary>
public sealed class FusedLayersTests
{
    [Theory]
    [InlineData(4, 40, 1300)]
    [InlineData(3, 7, 5)]
    [InlineData(1, 300, 512)]
    public void The_factors_of_a_LoHa(long rank, long rows, long columns)
    {
        using var scope = NewDisposeScope();
        Tensor[] factors = [Random(rows, rank), Random(rank, columns), Random(rows, rank), Random(rank, columns)];
        var (weight, scale) = (Random(rows, columns), 0.3);

        Check(f => Product(FusedLayers.HadamardFactors(f[0], f[1], f[2], f[3], scale)!.Value), Change, factors);
        Assert.Equal(
            (factors[1].unsqueeze(1) * factors[3].unsqueeze(0)).flatten(0, 1).bytes.ToArray(),
            FusedLayers.HadamardFactors(factors[0], factors[1], factors[2], factors[3], scale)!.Value.Down.bytes.ToArray());
        Check(f => FusedLayers.HadamardWeight(weight, f[0], f[1], f[2], f[3], scale)!, f => weight.to_type(ScalarType.Float64)
            + Change(f), factors);

        static Tensor Product((Tensor Down, Tensor Up) pair) => pair.Up.matmul(pair.Down);

        Tensor Change(Tensor[] f) => f[0].matmul(f[1]) * f[2].matmul(f[3]) * scale;
    }

    [Fact]
    public void A_bias_that_is_a_column_of_something()
    {
        using var scope = NewDisposeScope();
        var (input, weight, biases) = (Random(2, 3, 9, 9), Random(70, 3, 3, 3), Random(70, 2));

        var output = FusedLayers.Convolution(input, weight, biases.select(1, 0), null, null, 1, 1)!;

        Assert.Equal(
            FusedLayers.Convolution(input, weight, biases.select(1, 0).contiguous(), null, null, 1, 1)!.bytes.ToArray(),
            output.bytes.ToArray());
    }

    [Fact]
    public void What_does_not_fit_together_is_an_error()
    {
        using var scope = NewDisposeScope();
        var (rows, weight) = (Random(5, 6), Random(8, 6));
        Fails("a bias of size [1]", () => FusedLayers.Linear(rows, weight, Random(1)));
        Fails("factors of size [2, 7]", () => FusedLayers.Linear(rows, weight, null, Random(2, 7), Random(8, 2)));
        Fails("factors of size [2, 5]", () => FusedLayers.Linear(rows, weight, null, Random(2, 5), Random(8, 2)));
        Fails("[4, 2] do not fit", () => FusedLayers.Linear(rows, weight, null, Random(2, 6), Random(4, 2)));
        Fails("[8, 3] do not fit", () => FusedLayers.Linear(rows, weight, null, Random(2, 6), Random(8, 3)));
        Fails("a product has two factors", () => FusedLayers.Linear(rows, weight, null, Random(2, 6), null));
        Fails("is empty", () => FusedLayers.Linear(Random(0, 6), weight, null));
        Fails("the factors do not fit", () => FusedLayers.HadamardWeight(
            Random(6, 8), Random(8, 2), Random(2, 6), Random(8, 2), Random(2, 6), 1));

        var (picture, kernel) = (Random(1, 4, 6, 6), Random(8, 4, 3, 3));
        Fails("a bias of size [1]", () => FusedLayers.Convolution(picture, kernel, Random(1), null, null, 1, 1));
        Fails("does not fit a weight of size [8, 4, 3, 1]", () => FusedLayers.Convolution(
            picture, Random(8, 4, 3, 1), null, null, null, 1, 1));
        Fails("a stride of 0", () => FusedLayers.Convolution(picture, kernel, null, null, null, 0, 1));
        Fails("larger than an input", () => FusedLayers.Convolution(Random(1, 4, 1, 1), kernel, null, null, null, 1, 0));

        Fails("3 heads do not divide 8", () => FusedLayers.Attention(Random(1, 2, 8), Random(1, 3, 8), Random(1, 3, 8), 3, null));
        Fails("do not fit", () => FusedLayers.Attention(Random(1, 2, 8), Random(1, 3, 6), Random(1, 3, 6), 2, null));
        Fails("do not fit", () => FusedLayers.Attention(Random(1, 2, 8), Random(1, 3, 8), Random(1, 2, 8), 2, null));
        Fails("has no two halves", () => FusedLayers.GatedGelu(Random(400, 5)));
        Fails("has no two halves", () => FusedLayers.GatedGelu(Random(400, 0)));

        static void Fails(string message, Func<Tensor?> call) =>
            Assert.Contains(message, Assert.ThrowsAny<Exception>(() => { call(); }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_derivative_is_refused()
    {
        using var scope = NewDisposeScope();
        var input = Random(5, 6).requires_grad_();
        var loss = (FusedLayers.GatedGelu(input)! * input.narrow(-1, 0, 3)).sum();

        var failure = Assert.ThrowsAny<Exception>(() => torch.autograd.backward([loss], create_graph: true));

        Assert.Contains("has no derivative", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_linear_layer(bool biased, bool adapted)
    {
        using var scope = NewDisposeScope();
        var bias = biased ? Random(130) : null;
        Tensor[] leaves =
            adapted ? [Random(2, 70, 90), Random(130, 90), Random(16, 90), Random(130, 16)] : [Random(2, 70, 90), Random(130, 90)];

        Check(l => FusedLayers.Linear(l[0], l[1], bias, l.ElementAtOrDefault(2), l.ElementAtOrDefault(3))!, Composed, leaves);
        // As a map's places come, and with the weight frozen.
        Check(l => FusedLayers.Linear(l[0].transpose(0, 1), leaves[1], bias)!, l => Composed(
            [l[0].transpose(0, 1), leaves[1].to_type(ScalarType.Float64)]), leaves[0]);

        Tensor Composed(Tensor[] l)
        {
            var output = l[0].matmul(l[1].t());
            if (bias is not null)
                output = output + bias.to_type(ScalarType.Float64);
            return l.Length > 2 ? output + l[0].matmul(l[2].t()).matmul(l[3].t()) : output;
        }
    }

    [Theory]
    [InlineData(3, 1, 1, true)]
    [InlineData(3, 2, 1, false)]
    [InlineData(1, 1, 0, true)]
    public void A_convolution(long kernel, long stride, long padding, bool biased)
    {
        using var scope = NewDisposeScope();
        var bias = biased ? Random(70) : null;
        Tensor[] leaves = [Random(2, 12, 17, 13), Random(70, 12, kernel, kernel), Random(9, 12 * kernel * kernel), Random(70, 9)];

        Check(l => FusedLayers.Convolution(l[0], l[1], bias, l[2], l[3], stride, padding)!, l => Composed(
            l[0], l[1] + l[3].matmul(l[2]).view_as(l[1])), leaves);
        Check(
            l => FusedLayers.Convolution(l[0], l[1], bias, null, null, stride, padding)!, l => Composed(l[0], l[1]), leaves[0], leaves[1]);

        Tensor Composed(Tensor input, Tensor weight) =>
            nn.functional.conv2d(input, weight, bias?.to_type(ScalarType.Float64), strides: [stride, stride], padding: [padding, padding]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_layer_with_a_LoHa(bool materialized)
    {
        using var scope = NewDisposeScope();
        var (matrix, kernel, bias) = (Random(30, 50), Random(30, 6, 3, 3), Random(30));
        Tensor[] matrices = [Random(3, 20, 50), Random(30, 4), Random(4, 50), Random(30, 4), Random(4, 50)];
        Tensor[] kernels = [Random(2, 6, 9, 11), Random(30, 2), Random(2, 54), Random(30, 2), Random(2, 54)];

        Check(
            l => FusedLayers.HadamardLayer(l[0], matrix, bias, l[1], l[2], l[3], l[4], 0.4, materialized)!,
            l => nn.functional.linear(l[0], Changed(matrix, l), bias.to_type(ScalarType.Float64)),
            matrices);
        Check(
            l => FusedLayers.HadamardLayer(l[0], kernel, null, l[1], l[2], l[3], l[4], 0.4, materialized, 2, 1)!,
            l => nn.functional.conv2d(l[0], Changed(kernel, l), strides: [2, 2], padding: [1, 1]),
            kernels);

        static Tensor Changed(Tensor weight, Tensor[] l) =>
            weight.to_type(ScalarType.Float64) + (l[1].matmul(l[2]) * l[3].matmul(l[4]) * 0.4).view_as(weight);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Attention_of_several_heads(bool masked)
    {
        using var scope = NewDisposeScope();
        var mask = masked ? Random(60, 77) : null;
        Tensor[] leaves = [Random(2, 60, 40), Random(2, 77, 40), Random(2, 77, 40)];

        Check(l => FusedLayers.Attention(l[0], l[1], l[2], 5, mask)!, Composed, leaves);

        Tensor Composed(Tensor[] l)
        {
            var (q, k, v) = (Heads(l[0]), Heads(l[1]), Heads(l[2]));
            var scores = q.matmul(k.transpose(-2, -1)) / Math.Sqrt(8);
            if (mask is not null)
                scores = scores + mask.to_type(ScalarType.Float64);
            return scores.softmax(-1).matmul(v).transpose(1, 2).reshape(2, 60, 40);
        }

        static Tensor Heads(Tensor tensor) => tensor.view(2, -1, 5, 8).transpose(1, 2);
    }

    [Theory]
    [InlineData(3, 20, 12)]
    [InlineData(1, 256, 320)]
    public void A_gated_GELU(long batch, long rows, long width)
    {
        using var scope = NewDisposeScope();

        Check(l => FusedLayers.GatedGelu(l[0])!, l => l[0].narrow(-1, 0, width)
            * nn.functional.gelu(l[0].narrow(-1, width, width)), Random(batch, rows, 2 * width));
        Check(l => FusedLayers.GatedGelu(l[0].transpose(0, 1))!, l => l[0].transpose(0, 1).narrow(-1, 0, width)
            * nn.functional.gelu(l[0].transpose(0, 1).narrow(-1, width, width)), Random(batch, rows, 2 * width));
    }

    /// <summary>What tensors on a GPU go through, which takes any: here those of a CPU that our own kernels are not made for.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Layers_that_are_composed_of_libtorchs_operators(bool isConvolution)
    {
        using var scope = NewDisposeScope();
        Tensor[] leaves = isConvolution
            ? [Random(2, 6, 9, 11), Random(30, 4), Random(4, 54), Random(30, 4), Random(4, 54)]
            : [Random(3, 20, 50), Random(30, 4), Random(4, 50), Random(30, 4), Random(4, 50)];
        var (weight, bias) = (isConvolution ? Random(30, 6, 3, 3) : Random(30, 50), Random(30));
        foreach (var (type, tolerance) in new[] { (ScalarType.Float64, 1e-12), (ScalarType.BFloat16, 0.05) })
        {
            var expected = Run(Composed, leaves, ScalarType.Float64);

            var layer = Run(Layer, leaves, type);
            // The factors' gradients come in the factors' own type, which a GPU keeps in 32 bits.
            var mixed =
                Run(l => OwnOperators.hadamard_layer.Call(
                    l[0].to_type(type), weight.to_type(type), bias.to_type(type), l[1], l[2], l[3], l[4], 0.4, false, 2L, 1L), leaves,
                    ScalarType.Float32);
            var parts = Run(Parts, leaves, type);

            foreach (var actual in new[] { layer, mixed, parts })
            {
                Assert.All(expected.Zip(actual), pair =>
                {
                    Assert.Equal(pair.First.shape, pair.Second.shape);
                    var allowed = actual == mixed ? Math.Max(tolerance, 1e-5) : tolerance;
                    Assert.InRange(
                        (pair.First - pair.Second).abs().max().item<double>(), 0, allowed * pair.First.abs().max().item<double>());
                });
            }

            Tensor Layer(Tensor[] l) =>
                OwnOperators.hadamard_layer.Call(
                    l[0], weight.to_type(type), bias.to_type(type), l[1], l[2], l[3], l[4], 0.4, false, 2L, 1L);

            Tensor Parts(Tensor[] l)
            {
                var (down, up) = OwnOperators.hadamard_factors.Pair(l[1], l[2], l[3], l[4], 0.4);
                return isConvolution
                    ? OwnOperators.convolution_product.Call(l[0], weight.to_type(type), bias.to_type(type), down, up, 2L, 1L)
                    : OwnOperators.linear_product.Call(l[0], weight.to_type(type), bias.to_type(type), down, up);
            }
        }

        Tensor Composed(Tensor[] l)
        {
            var changed = weight.to_type(ScalarType.Float64) + (l[1].matmul(l[2]) * l[3].matmul(l[4]) * 0.4).view_as(weight);
            return isConvolution
                ? nn.functional.conv2d(l[0], changed, bias.to_type(ScalarType.Float64), strides: [2, 2], padding: [1, 1])
                : nn.functional.linear(l[0], changed, bias.to_type(ScalarType.Float64));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void They_take_tensors_in_any_order_in_memory(bool isConvolution)
    {
        using var scope = NewDisposeScope();
        Tensor[] leaves = isConvolution
            ? [Random(2, 9, 11, 6), Random(4, 30), Random(54, 4), Random(30, 4), Random(4, 54)]
            : [Random(20, 3, 50), Random(4, 30), Random(50, 4), Random(30, 4), Random(4, 50)];
        var (weight, bias) =
            ((isConvolution ? Random(30, 6, 3, 3) : Random(30, 50)).to_type(ScalarType.Float64), Random(30).to_type(ScalarType.Float64));

        var expected = Run(Permuted(Composed), leaves, ScalarType.Float64);
        var layer = Run(Permuted(l => OwnOperators.hadamard_layer.Call(
            l[0], weight, bias, l[1], l[2], l[3], l[4], 0.4, false, 2L, 1L)), leaves, ScalarType.Float64);
        var parts = Run(Permuted(Parts), leaves, ScalarType.Float64);

        foreach (var actual in new[] { layer, parts })
            Assert.All(expected.Zip(actual), pair => Assert.InRange(
                (pair.First - pair.Second).abs().max().item<double>(), 0, 1e-11 * pair.First.abs().max().item<double>()));

        // Inputs and factors as views of others, and an output whose gradient comes in another order too.
        Func<Tensor[], Tensor> Permuted(Func<Tensor[], Tensor> function) => l =>
        {
            var output = function([isConvolution ? l[0].permute(0, 3, 1, 2) : l[0].transpose(0, 1), l[1].t(), l[2].t(), l[3], l[4]]);
            return (isConvolution ? output.permute(0, 2, 3, 1) : output.transpose(0, 1)).square().sum(-1);
        };

        Tensor Composed(Tensor[] l)
        {
            var changed = weight + (l[1].matmul(l[2]) * l[3].matmul(l[4]) * 0.4).view_as(weight);
            return isConvolution
                ? nn.functional.conv2d(l[0], changed, bias, strides: [2, 2], padding: [1, 1])
                : nn.functional.linear(l[0], changed, bias);
        }

        Tensor Parts(Tensor[] l)
        {
            var (down, up) = OwnOperators.hadamard_factors.Pair(l[1], l[2], l[3], l[4], 0.4);
            (down, up) = (down.t().contiguous().t(), up.t().contiguous().t());
            return isConvolution
                ? OwnOperators.convolution_product.Call(l[0], weight, bias, down, up, 2L, 1L)
                : OwnOperators.linear_product.Call(l[0], weight, bias, down, up);
        }
    }

    [Fact]
    public void What_they_are_not_made_for_is_left_to_the_composition()
    {
        using var scope = NewDisposeScope();
        var (precise, weight) = (ones([2, 3], ScalarType.Float64), ones([4, 3], ScalarType.Float64));

        Assert.Null(FusedLayers.Linear(precise, weight, null));
        Assert.Null(FusedLayers.Linear(ones(2, 3), ones(4, 3), ones(4).requires_grad_()));
        Assert.Null(FusedLayers.HadamardFactors(weight, precise, weight, precise, 1));
        // So many scores that they are not kept.
        Assert.Null(FusedLayers.Attention(ones(1, 4096, 8), ones(1, 4096, 8), ones(1, 4096, 8), 1, null));
    }

    private static void Check(Func<Tensor[], Tensor> fused, Func<Tensor[], Tensor> composed, params Tensor[] leaves)
    {
        var expected = Run(composed, leaves, ScalarType.Float64);
        var before = get_num_threads();
        try
        {
            List<Tensor>? first = null;
            foreach (var threads in new[] { 1, 2, 3, 5 })
            {
                set_num_threads(threads);
                var actual = Run(fused, leaves, ScalarType.Float32);
                first ??= actual;
                Assert.All(first.Zip(actual), pair => Assert.Equal(pair.First.bytes.ToArray(), pair.Second.bytes.ToArray()));
            }

            Assert.All(expected.Zip(first!), pair =>
            {
                Assert.Equal(pair.First.shape, pair.Second.shape);
                Assert.InRange((pair.First - pair.Second).abs().max().item<double>(), 0, 1e-5 * pair.First.abs().max().item<double>());
            });
            // Without a gradient to come.
            using var ungraded = no_grad();
            Assert.Equal(first![0].bytes.ToArray(), fused(leaves).contiguous().bytes.ToArray());
        }
        finally
        {
            set_num_threads(before);
        }
    }

    // Output and gradients for a gradient that is no constant.
    private static List<Tensor> Run(Func<Tensor[], Tensor> function, Tensor[] leaves, ScalarType type)
    {
        Tensor[] own = [.. leaves.Select(leaf => leaf.detach().to_type(type).clone().requires_grad_())];
        var output = function(own);
        autograd.backward([output], [Random([.. output.shape]).to_type(type)]);
        return [output.detach().contiguous(), .. own.Where(leaf => leaf.grad is not null).Select(leaf => leaf.grad!.contiguous())];
    }

    private static Tensor Random(params long[] shape)
    {
        using var generator = new Generator((ulong)shape.Sum());
        return randn(shape, generator: generator);
    }
}
#endif
