using LoraBuild.Diffusion.Checkpointing;
using LoraBuild.Diffusion.Layers;

namespace LoraBuild.Diffusion.Tests.Layers;

public class ConvolutionTests
{
    /// <summary>Kernel, stride, padding, batch, side: places few enough for columns, and so many that they are not used.</summary>
    public static TheoryData<long, long, long, long, long> Cases => new()
    {
        { 3, 1, 1, 1, 3 }, { 3, 1, 1, 2, 3 }, { 3, 2, 1, 2, 5 }, { 1, 1, 0, 3, 6 }, { 3, 1, 1, 2, 20 }, { 3, 2, 1, 1, 9 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_product_beside_the_frozen_weight_is_that_of_the_changed_weight(
        long kernel, long stride, long padding, long batch, long side)
    {
        using var scope = torch.NewDisposeScope();
        using var random = new torch.Generator(7);
        using var layer = new Conv2d("layer", Normal(64, 6, kernel, kernel), Normal(64), stride, padding);
        var (input, down, up) = (Normal(batch, 6, side, side), Normal(5, 6 * kernel * kernel), Normal(64, 5));

        var expected = Gradients((x, d, u) => layer.Apply(x, layer.Weight + u.mm(d).view(layer.Weight.shape), layer.Bias));
        var actual = Gradients(layer.ApplyWithProduct);
        Assert.All(expected.Zip(actual), pair => TestData.AssertClose(pair.First, pair.Second, 1e-5));

        var frozen = torch.nn.functional.conv2d(input, layer.Weight, layer.Bias, strides: [stride, stride], padding: [padding, padding]);
        TestData.AssertClose(frozen, layer.Apply(input), 1e-5);

        Tensor Normal(params long[] shape) => torch.randn(shape, generator: random);

        List<Tensor> Gradients(Func<Tensor, Tensor, Tensor, Tensor> function)
        {
            Tensor[] leaves = [.. new[] { input, down, up }.Select(leaf => leaf.clone().requires_grad_())];
            var output = function(leaves[0], leaves[1], leaves[2]);
            Checkpoint.Backward(output.square().sum());
            return [output, .. leaves.Select(leaf => leaf.grad!)];
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_learnt_weight_gets_the_gradient_that_the_engine_itself_gives(
        long kernel, long stride, long padding, long batch, long side)
    {
        using var scope = torch.NewDisposeScope();
        using var random = new torch.Generator(7);
        using var layer = new Conv2d("layer", torch.zeros(64, 6, kernel, kernel), null, stride, padding);
        var (input, weight, bias) = (Normal(batch, 6, side, side), Normal(64, 6, kernel, kernel), Normal(64));

        var expected = Gradients((x, w) => torch.nn.functional.conv2d(x, w, bias, strides: [stride, stride], padding: [padding, padding]));
        var actual = Gradients((x, w) => layer.Apply(x, w, bias));

        Assert.All(expected.Zip(actual), pair => TestData.AssertClose(pair.First, pair.Second, 1e-5));

        Tensor Normal(params long[] shape) => torch.randn(shape, generator: random);

        List<Tensor> Gradients(Func<Tensor, Tensor, Tensor> function)
        {
            Tensor[] leaves = [.. new[] { input, weight }.Select(leaf => leaf.clone().requires_grad_())];
            // Not the leaf itself: what an adapter computes of its own weights is gone when the gradient comes.
            Tensor output;
            using (var inner = torch.NewDisposeScope())
                output = function(leaves[0], leaves[1] * 1).MoveToOuterDisposeScope();
            Checkpoint.Backward(output.square().sum());
            return [output, .. leaves.Select(leaf => leaf.grad!)];
        }
    }

    [Fact]
    public void A_single_place_leaves_the_frozen_bias_alone()
    {
        using var scope = torch.NewDisposeScope();
        using var layer = new Conv2d("layer", torch.ones(8, 2, 3, 3), torch.ones(8), padding: 1);

        layer.Apply(torch.ones(1, 2, 1, 1));

        Assert.Equal(8, layer.Bias!.sum().item<float>());
    }

    [Fact]
    public void An_input_without_a_gradient_gets_none()
    {
        using var scope = torch.NewDisposeScope();
        using var layer = new Conv2d("layer", torch.ones(8, 2, 3, 3), null, padding: 1);
        var (input, down, up) = (torch.ones(1, 2, 3, 3), torch.ones(1, 18).requires_grad_(), torch.ones(8, 1).requires_grad_());

        Checkpoint.Backward(layer.ApplyWithProduct(input, down, up).sum());

        Assert.Null(input.grad);
        Assert.NotNull(down.grad);
        Assert.NotNull(up.grad);
    }
}
