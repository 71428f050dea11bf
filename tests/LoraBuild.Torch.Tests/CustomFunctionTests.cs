using static LoraBuild.Torch.Tests.Numbers;

namespace LoraBuild.Torch.Tests;

public sealed class CustomFunctionTests
{
    [Fact]
    public void A_functions_own_backward_gives_the_gradients()
    {
        using var scope = NewDisposeScope();
        var x = tensor(new[] { 1f, 2f }, requires_grad: true);
        var y = tensor(new[] { 3f, 4f }, requires_grad: true);
        var result = Product.apply(x, y, 10.0);
        Near([30, 80], result);
        (result * 2).sum().backward();
        Near([60, 80], x.grad!);
        Near([20, 40], y.grad!);
    }

    [Fact]
    public void Without_gradients_only_forward_runs()
    {
        using var scope = NewDisposeScope();
        var result = Product.apply(ones(2), ones(2), 3.0);
        Assert.False(result.requires_grad);
        using (no_grad())
            Assert.False(Product.apply(ones(2).requires_grad_(), ones(2), 3.0).requires_grad);
    }

    [Fact]
    public void A_saved_output_is_not_kept_alive_by_its_own_graph()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Tensor.TotalCount;
        for (var i = 0; i < 50; i++)
        {
            using var scope = NewDisposeScope();
            var x = ones(2).requires_grad_();
            Exponential.apply(x).sum().backward();
            Near([MathF.E, MathF.E], x.grad!);
        }
        GC.Collect();
        GC.WaitForPendingFinalizers();
        // TorchSharp keeps a tensor an output in a cache that a finalizer empties.
        Assert.InRange(Tensor.TotalCount - before, 0, 5);
    }

    [Fact]
    public void A_checkpoint_gives_the_gradients_that_the_plain_function_gives()
    {
        using var scope = NewDisposeScope();
        manual_seed(11);
        var weight = randn(4, 4).requires_grad_();
        var input = randn(3, 4).requires_grad_();
        Tensor Block(Tensor x) => nn.functional.silu(nn.functional.linear(x, weight)) + x;

        Block(Block(input)).square().sum().backward();
        var (expectedWeight, expectedInput) = (weight.grad!.clone(), input.grad!.clone());
        weight.grad!.fill_(0);
        input.grad!.fill_(0);

        var inner = Checkpoint.apply((Func<Tensor, Tensor>)Block, input);
        Checkpoint.apply((Func<Tensor, Tensor>)Block, inner).square().sum().backward();
        Assert.InRange(Distance(expectedWeight, weight.grad!), 0, 1e-4);
        Assert.InRange(Distance(expectedInput, input.grad!), 0, 1e-4);
    }

    [Fact]
    public void Checkpoints_can_stand_in_checkpoints()
    {
        using var scope = NewDisposeScope();
        var weight = full(1, 3f).requires_grad_();
        var input = full(1, 2f).requires_grad_();
        Func<Tensor, Tensor> inner = x => x * weight;
        Func<Tensor, Tensor> outer = x => Checkpoint.apply(inner, Checkpoint.apply(inner, x));
        Checkpoint.apply(outer, input).backward();
        Near([9], input.grad!);
        Near([12], weight.grad!);
    }

#if !TORCHSHARP
    [Fact]
    public void An_exception_in_backward_comes_out_of_backward_as_it_is()
    {
        using var scope = NewDisposeScope();
        var x = ones(2).requires_grad_();
        var failure = Assert.Throws<FormatException>(() => Failing.apply(x).sum().backward());
        Assert.Equal("from managed code", failure.Message);
        Assert.Contains(nameof(Failing), failure.StackTrace, StringComparison.Ordinal);
        // Through a backward pass within a backward pass.
        Func<Tensor, Tensor> failing = y => Failing.apply(y);
        Assert.Throws<FormatException>(() => Checkpoint.apply(failing, x).sum().backward());
        // The engine works on.
        (x * 2).sum().backward();
        Near([2, 2], x.grad!);
    }

    [Fact]
    public void A_wrong_number_of_gradients_is_an_error_that_names_the_function()
    {
        using var scope = NewDisposeScope();
        var failure = Assert.Throws<InvalidOperationException>(() => Miscounting.apply(ones(2).requires_grad_()).sum().backward());
        Assert.Contains("Miscounting.backward returned 0 gradients for 1 arguments", failure.Message, StringComparison.Ordinal);
    }

    private sealed class Failing : autograd.SingleTensorFunction<Failing>
    {
        public override string Name => nameof(Failing);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars) => ((Tensor)vars[0]).clone();

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
            throw new FormatException("from managed code");
    }

    private sealed class Miscounting : autograd.SingleTensorFunction<Miscounting>
    {
        public override string Name => nameof(Miscounting);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars) => ((Tensor)vars[0]).clone();

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => [];
    }
#endif

    /// <summary>x y factor.</summary>
    private sealed class Product : autograd.SingleTensorFunction<Product>
    {
        public override string Name => nameof(Product);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            ctx.save_for_backward([(Tensor)vars[0], (Tensor)vars[1]]);
            ctx.save_data("factor", vars[2]);
            return (Tensor)vars[0] * (Tensor)vars[1] * (double)vars[2];
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            var saved = ctx.get_saved_variables();
            var factor = (double)ctx.get_data("factor");
            return [grad_output * saved[1] * factor, grad_output * saved[0] * factor, null!];
        }
    }

    /// <summary>e^x, whose backward needs its own result.</summary>
    private sealed class Exponential : autograd.SingleTensorFunction<Exponential>
    {
        public override string Name => nameof(Exponential);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            var result = ((Tensor)vars[0]).exp();
            ctx.save_for_backward([result]);
            return result;
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
            [grad_output * ctx.get_saved_variables()[0]];
    }

    /// <summary>Runs a function again in backward instead of keeping what it computed.</summary>
    private sealed class Checkpoint : autograd.SingleTensorFunction<Checkpoint>
    {
        public override string Name => nameof(Checkpoint);

        public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
        {
            ctx.save_data("function", vars[0]);
            ctx.save_for_backward([(Tensor)vars[1]]);
            return ((Func<Tensor, Tensor>)vars[0])((Tensor)vars[1]);
        }

        public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
        {
            using var _ = enable_grad();
            var input = ctx.get_saved_variables()[0].detach().requires_grad_();
            var output = ((Func<Tensor, Tensor>)ctx.get_data("function"))(input);
            autograd.backward([output], [grad_output]);
            return [null!, input.grad!];
        }
    }
}
