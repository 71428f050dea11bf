namespace LoraBuild.Diffusion.Checkpointing;

/// <summary>
/// A function with a backward pass of its own, the same in both forms of the engine. TorchSharp by itself leaves all tensors of a backward
/// pass in the scope of whoever began it, may free a returned gradient before the engine has copied it, and ends the process where an
/// exception leaves a backward pass. A loss that was computed through one is differentiated by <see cref="Checkpoint.Backward"/>.
/// </summary>
internal abstract class ScopedFunction<T> : torch.autograd.SingleTensorFunction<T>
    where T : ScopedFunction<T>, new()
{
    private const string ArgumentCount = "arguments";

    /// <inheritdoc/>
    public sealed override string Name => typeof(T).Name;

    /// <inheritdoc/>
    public sealed override Tensor forward(torch.autograd.AutogradContext ctx, params object[] vars)
    {
        // What comes before a part that failed gets no gradient; TorchSharp would make zeros of a tensor that is disposed by then.
        ctx.set_materialize_grads(false);
        ctx.save_data(ArgumentCount, vars.Length);
        return Forward(ctx, vars);
    }

    /// <inheritdoc/>
    public sealed override List<Tensor> backward(torch.autograd.AutogradContext ctx, Tensor grad_output)
    {
        BackwardPass.ReleaseReturned();
        var gradients = new List<Tensor>(new Tensor[(int)ctx.get_data(ArgumentCount)]);
        if (grad_output.IsInvalid)
            return gradients;
        using var scope = torch.NewDisposeScope();
        try
        {
            gradients = Backward(ctx, grad_output);
            gradients.ForEach(gradient => gradient?.DetachFromDisposeScope());
            BackwardPass.Return(gradients);
        }
        catch (Exception e)
        {
            BackwardPass.Fail(e);
        }
        grad_output.Dispose();
        return gradients;
    }

    /// <summary>The output.</summary>
    protected abstract Tensor Forward(torch.autograd.AutogradContext ctx, object[] arguments);

    /// <summary>A gradient or null for each argument of <see cref="Forward"/>, all made here; the other tensors are disposed by the caller.</summary>
    protected abstract List<Tensor> Backward(torch.autograd.AutogradContext ctx, Tensor outputGradient);
}
