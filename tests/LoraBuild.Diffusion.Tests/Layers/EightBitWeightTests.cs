using LoraBuild.Base.Randomness;
using LoraBuild.Diffusion.Checkpointing;
using LoraBuild.Diffusion.Layers;

namespace LoraBuild.Diffusion.Tests.Layers;

/// <summary>Weights in e4m3 (<c>fp8_base</c>), by the format's table of facts.</summary>
public class EightBitWeightTests
{
    // Of the paper "FP8 Formats for Deep Learning", and OCP's specification of the format.
    [Theory]
    [InlineData(0x00, 0)]
    [InlineData(0x01, 0.001953125)]
    [InlineData(0x07, 0.013671875)]
    [InlineData(0x08, 0.015625)]
    [InlineData(0x38, 1)]
    [InlineData(0x39, 1.125)]
    [InlineData(0x40, 2)]
    [InlineData(0x7E, 448)]
    [InlineData(0xB8, -1)]
    [InlineData(0xFE, -448)]
    public void A_byte_has_its_value(int code, float value) => Assert.Equal(value, E4M3.Values[code]);

    [Fact]
    public void There_are_253_numbers()
    {
        Assert.Equal((253, 252), (E4M3.SortedCodes.Length, E4M3.Boundaries.Length));
        Assert.Equal(2, E4M3.Values.Count(float.IsNaN));
    }

    // With 448 beside them the scale is 1. A tie goes to the even mantissa; below the smallest number's half there is 0.
    [Theory]
    [InlineData(1.0625f, 1)]
    [InlineData(1.0626f, 1.125f)]
    [InlineData(1.1875f, 1.25f)]
    [InlineData(-1.0625f, -1)]
    [InlineData(-1.1875f, -1.25f)]
    [InlineData(0.0009765625f, 0)]
    [InlineData(0.00098f, 0.001953125f)]
    [InlineData(0.0029296875f, 0.00390625f)]
    [InlineData(431.9f, 416)]
    [InlineData(432.1f, 448)]
    public void A_number_is_rounded_to_the_nearest(float number, float rounded)
    {
        using var scope = torch.NewDisposeScope();
        using var weight = new EightBitWeight(torch.tensor([448, number]));

        Assert.Equal([448f, rounded], weight.Decode().data<float>().ToArray());
    }

    [Fact]
    public void Every_number_of_the_format_stays_with_its_scale_and_zeros_are_zeros()
    {
        using var scope = torch.NewDisposeScope();
        float[] numbers = [.. E4M3.SortedCodes.Select(code => E4M3.Values[code] / 1024)];

        using var weight = new EightBitWeight(torch.tensor(numbers));
        using var zeros = new EightBitWeight(torch.zeros([3, 2]));

        Assert.Equal(numbers, weight.Decode().data<float>().ToArray());
        Assert.Equal([3L, 2], zeros.Decode().shape);
        Assert.Equal(0, zeros.Decode().abs().max().item<float>());
    }

    // Three bits of mantissa: at most a sixteenth is rounded away, about a fortieth of a bell curve's length in all.
    [Fact]
    public void A_weight_takes_half_the_bytes_of_half_precision_and_loses_a_sixteenth_of_a_number_at_most()
    {
        using var scope = torch.NewDisposeScope();
        var numbers = torch.tensor(new CounterRandom(7).NextGaussians(320 * 320), dtype: ScalarType.Float32).view(320, 320);
        using var half = new EightBitWeight(numbers.to_type(ScalarType.BFloat16));
        using var whole = new EightBitWeight(numbers);

        Assert.InRange(half.Bytes, 1, 0.55 * half.Shape[0] * half.Shape[1] * sizeof(ushort));
        var error = whole.Decode() - numbers;
        Assert.InRange((error.norm() / numbers.norm()).item<float>(), 0.02, 0.03);
        // Below a 64th of the scale numbers lie evenly.
        var normal = numbers.abs().max().item<float>() / E4M3.Largest / 64;
        var shares = error.data<float>().ToArray().Zip(numbers.data<float>().ToArray())
            .Where(pair => Math.Abs(pair.Second) > normal).Select(pair => Math.Abs(pair.First / pair.Second));
        Assert.InRange(shares.Max(), 0.05, (1.0 / 16) + 1e-6);
    }

    [Theory]
    [InlineData("linear")]
    [InlineData("convolution")]
    [InlineData("pointwise")]
    public void A_layer_gives_the_output_and_gradients_of_its_rounded_weight(string kind)
    {
        using var scope = torch.NewDisposeScope();
        var random = new CounterRandom(1);
        using var layer = Layer();
        using var plain = Layer();
        layer.Compress();
        Assert.True(layer.WeightBytes < (plain.Count * sizeof(float) / 3) + 1200, $"{layer.WeightBytes} of {plain.Count * sizeof(float)}");
        var rounded = layer.Weight;
        Assert.True((rounded - plain.Weight).abs().max().item<float>() < 0.04 * plain.Weight.abs().max().item<float>());

        var input = kind == "linear" ? Gaussian(2, 7, 12) : Gaussian(2, 6, 9, 5);
        var (down, up) = (Gaussian(3, plain.Count / plain.Shape[0]), Gaussian(plain.Shape[0], 3));
        var expected = Evaluate((x, a, b) => plain.Apply(x, rounded + b.matmul(a).view(rounded.shape), plain.Bias));
        var actual = Evaluate(layer.ApplyWithProduct);
        foreach (var (one, other) in expected.Zip(actual))
            Assert.True(((one - other).abs().max() / one.abs().max()).item<float>() < 1e-5);
        Assert.Equal(0, (layer.Forward(input) - plain.Apply(input, rounded, plain.Bias)).abs().max().item<float>());

        AdaptableLayer Layer()
        {
            random = new CounterRandom(4);
            return kind switch
            {
                "linear" => new Linear("a", Gaussian(20, 12), Gaussian(20)),
                "convolution" => new Conv2d("a", Gaussian(10, 6, 3, 3), Gaussian(10), stride: 2, padding: 1),
                _ => new Conv2d("a", Gaussian(10, 6, 1, 1), Gaussian(10)),
            };
        }

        List<Tensor> Evaluate(Func<Tensor, Tensor, Tensor, Tensor> forward)
        {
            var leaves = new[] { input, down, up }.Select(tensor => tensor.clone().requires_grad_()).ToArray();
            var output = forward(leaves[0], leaves[1], leaves[2]);
            Checkpoint.Backward(output.square().sum());
            return [output.detach(), .. leaves.Select(leaf => leaf.grad!)];
        }

        Tensor Gaussian(params long[] shape) => torch.tensor(
            random.NextGaussians((int)shape.Aggregate(1L, (product, side) => product * side)), dtype: ScalarType.Float32)
            .view(shape).DetachFromDisposeScope();
    }
}
