using LoraBuild.Diffusion.Layers;

namespace LoraBuild.Diffusion.Tests.Layers;

public sealed class Conv2dTests
{
    /// <summary>Whatever lies in freed memory, which an engine that computes with blocks of channels may read.</summary>
    [Theory]
    [InlineData(6, 10, 1)]
    [InlineData(20, 16, 1)]
    [InlineData(40, 32, 2)]
    [InlineData(32, 4, 1)]
    [InlineData(4, 32, 1)]
    public void The_numbers_of_channels_change_nothing_of_the_formula(long inputs, long outputs, long stride)
    {
        using var scope = NewDisposeScope();
        for (var i = 0; i < 200; i++)
            full([1000L * (1 + (i % 50))], 1e6f).Dispose();
        var weight = randn(outputs, inputs, 3, 3);
        var layer = new Conv2d("", weight, null, stride, padding: 1);
        var input = randn(2, inputs, 16, 12).requires_grad_();

        var output = layer.Forward(input);
        var gradient = randn(output.shape);
        Diffusion.Checkpointing.Checkpoint.Backward((output * gradient).sum());

        var matrix = weight.view(outputs, -1);
        var columns = nn.functional.unfold(input.detach(), 3, 1, 1, stride);
        AssertEqual(matrix.matmul(columns).view(output.shape), output.detach());
        AssertEqual(
            nn.functional.fold(matrix.t().matmul(gradient.flatten(2)), (16, 12), (3, 3), padding: (1, 1), stride: (stride, stride)),
            input.grad!);
    }

    private static void AssertEqual(Tensor expected, Tensor actual) =>
        Assert.InRange(((actual - expected).norm() / expected.norm()).item<float>(), 0, 1e-5f);
}
