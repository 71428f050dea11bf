using System.Runtime.ExceptionServices;

namespace LoraBuild.Diffusion.Checkpointing;

/// <summary>
/// Gradient checkpointing (Chen et al., "Training Deep Nets with Sublinear Memory Cost", 2016): a part of a model is run without keeping
/// what its gradient needs, and run again on the way back.
/// </summary>
public static class Checkpoint
{
    private static ExceptionDispatchInfo? failure;

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
    /// <c>loss.backward()</c> for a loss that was computed through <see cref="Run"/>: an exception in a recomputation (out of memory, say)
    /// surfaces here, where the engine itself would end the process.
    /// </summary>
    public static void Backward(Tensor loss)
    {
        loss.backward();
        Recomputation.ReleaseReturned();
        Interlocked.Exchange(ref failure, null)?.Throw();
    }

    private sealed class Recomputation : torch.autograd.SingleTensorFunction<Recomputation>
    {
        // The engine copies the returned handles after backward has returned; until the next one they must not be freed.
        [ThreadStatic]
        private static List<Tensor>? returned;

        public override string Name => nameof(Recomputation);

        public override Tensor forward(torch.autograd.AutogradContext ctx, params object[] vars)
        {
            var (function, first, second) = ((Func<Tensor, Tensor, Tensor>)vars[0], (Tensor)vars[1], (Tensor)vars[2]);
            ctx.save_data("function", function);
            ctx.save_for_backward([first, second]);
            return function(first, second);
        }

        public override List<Tensor> backward(torch.autograd.AutogradContext ctx, Tensor grad_output)
        {
            ReleaseReturned();
            try
            {
                returned = Recompute((Func<Tensor, Tensor, Tensor>)ctx.get_data("function"), ctx.get_saved_variables(), grad_output);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null);
                returned = [null!, null!];
            }
            grad_output.Dispose();
            return [null!, .. returned, null!];
        }

        public static void ReleaseReturned()
        {
            foreach (var gradient in returned ?? [])
                gradient?.Dispose();
            returned = null;
        }

        private static List<Tensor> Recompute(Func<Tensor, Tensor, Tensor> function, List<Tensor> saved, Tensor outputGradient)
        {
            using var scope = torch.NewDisposeScope();
            using var enabled = torch.enable_grad();
            var inputs = saved.ConvertAll(tensor => tensor.detach().requires_grad_(tensor.requires_grad));
            var output = function(inputs[0], inputs[1]);
            if (output.requires_grad)
                torch.autograd.backward([output], [outputGradient]);
            foreach (var tensor in saved)
                tensor.Dispose();
            return inputs.ConvertAll(input => input.requires_grad && input.grad is { } gradient ? gradient.DetachFromDisposeScope() : null!);
        }
    }
}
