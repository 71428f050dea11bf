namespace LoraBuild.Diffusion.Checkpointing;

/// <summary>
/// Gradient checkpointing (Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016): a part of a model is run without keeping
/// what its gradient needs, and run again on the way back.
/// </summary>
public static class Checkpoint
{
    /// <summary>Runs <paramref name="function"/> so that only its inputs are kept.</summary>
    /// <param name="function">
    /// A pure function. It may use other tensors that require a gradient, if they are leaves: their <c>grad</c> is added to.
    /// </param>
    /// <param name="first">An input, through which gradients flow.</param>
    /// <param name="second">Another input.</param>
    /// <returns>The function's result. Without a gradient to come, the function is simply called.</returns>
    public static Tensor Run(Func<Tensor, Tensor, Tensor> function, Tensor first, Tensor second)
    {
        if (!torch.is_grad_enabled())
            return function(first, second);
        using var scope = torch.NewDisposeScope();
        // Autograd asks for the gradient only where an input requires one; the adapters inside the function are no inputs.
        var anchor = torch.zeros([1], requires_grad: true);
        return Recomputation.apply(function, first, second, anchor).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// <c>loss.backward()</c> for a loss that was computed through <see cref="Run"/> or a layer with a backward pass of its own: an
    /// exception in one (out of memory, say) surfaces here, where the engine itself would end the process.
    /// </summary>
    public static void Backward(Tensor loss)
    {
        try
        {
            loss.backward();
        }
        finally
        {
            // What failed first, where the engine has failed after it.
            BackwardPass.End();
        }
    }

    private sealed class Recomputation : ScopedFunction<Recomputation>
    {
        protected override Tensor Forward(torch.autograd.AutogradContext ctx, object[] arguments)
        {
            var (function, first, second) = ((Func<Tensor, Tensor, Tensor>)arguments[0], (Tensor)arguments[1], (Tensor)arguments[2]);
            ctx.save_data("function", function);
            ctx.save_for_backward([first, second]);
            return function(first, second);
        }

        protected override List<Tensor> Backward(torch.autograd.AutogradContext ctx, Tensor outputGradient)
        {
            var function = (Func<Tensor, Tensor, Tensor>)ctx.get_data("function");
            using var enabled = torch.enable_grad();
            var inputs = ctx.get_saved_variables().ConvertAll(tensor => tensor.detach().requires_grad_(tensor.requires_grad));
            var output = function(inputs[0], inputs[1]);
            if (output.requires_grad)
                torch.autograd.backward([output], [outputGradient]);
            return [null!, .. inputs.ConvertAll(input => input.requires_grad && input.grad is { } gradient ? gradient : null!), null!];
        }
    }
}
