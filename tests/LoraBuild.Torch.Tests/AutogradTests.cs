using static LoraBuild.Torch.Tests.Numbers;

namespace LoraBuild.Torch.Tests;

public sealed class AutogradTests
{
    [Theory]
    [InlineData(8, 16)]
    [InlineData(60, 70)]
    [InlineData(300, 200)]
    public void The_gradient_of_a_gelu_whose_output_was_turned(long rows, long columns)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1);
        var (input, weight) = (randn([rows, columns], generator: generator).requires_grad_(), randn([columns, rows], generator: generator));

        (nn.functional.gelu(input).t() * weight).sum().backward();

        var x = input.detach().to_type(ScalarType.Float64);
        var density = (x * x * -0.5).exp() / Math.Sqrt(2 * Math.PI);
        var expected = weight.t() * (((x / Math.Sqrt(2)).erf() + 1) * 0.5 + (x * density));
        Assert.True(Numbers.Distance(expected, input.grad!) < 1e-5);
    }

    [Fact]
    public void Backward_adds_up_gradients_of_leaves()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1f, 2f, 3f }, requires_grad: true);
        Assert.Null(x.grad);
        (x * x).sum().backward();
        Near([2, 4, 6], x.grad!);
        (x * 2).sum().backward();
        Near([4, 6, 8], x.grad!);
        var y = x * 2;
        Assert.True(y.requires_grad);
        Assert.False(y.detach().requires_grad);
    }

    [Fact]
    public void Gradients_gather_in_views_that_were_set_before()
    {
        using var scope = NewDisposeScope();
        var buffer = zeros(5);
        var a = ones(2).requires_grad_();
        var b = ones(3).requires_grad_();
        a.grad = buffer.narrow(0, 0, 2);
        b.grad = buffer.narrow(0, 2, 3);
        for (var step = 0; step < 2; step++)
            ((a * 2).sum() + (b * b * 5).sum()).backward();
        Near([4, 4, 20, 20, 20], buffer);
        buffer.fill_(0);
        Near([0, 0], a.grad!);
        (a * 3).sum().backward();
        Near([3, 3, 0, 0, 0], buffer);
        a.grad = null;
        Assert.Null(a.grad);
    }

    [Fact]
    public void Recording_can_be_switched_off_and_on()
    {
        using var scope = NewDisposeScope();
        var x = ones(1).requires_grad_();
        Assert.True(is_grad_enabled());
        using (no_grad())
        {
            Assert.False(is_grad_enabled());
            Assert.False((x * 2).requires_grad);
            using (enable_grad())
                Assert.True((x * 2).requires_grad);
            Assert.False(is_grad_enabled());
            x.add_(1);
        }
        Assert.True((x * 2).requires_grad);
    }

    [Fact]
    public void A_layers_gradients_match_differences()
    {
        using var scope = NewDisposeScope();
        manual_seed(5);
        var x = randn([2, 4, 5, 5], dtype: ScalarType.Float64);
        var w = randn([4, 4, 3, 3], dtype: ScalarType.Float64).requires_grad_();
        Tensor Loss() => nn.functional.group_norm(nn.functional.silu(nn.functional.conv2d(x, w, padding: [1, 1])), 2).square().mean();
        Loss().backward();
        const double h = 1e-5;
        var index = 0;
        foreach (var position in new[] { 0, 17, 143 })
        {
            using var _ = no_grad();
            var flat = w.view(-1);
            flat[position].add_(h);
            var above = Loss().item<double>();
            flat[position].sub_(2 * h);
            var below = Loss().item<double>();
            flat[position].add_(h);
            Assert.Equal((above - below) / (2 * h), w.grad!.view(-1)[position].item<double>(), 6);
            index++;
        }
        Assert.Equal(3, index);
    }
}
