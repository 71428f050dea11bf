using System.Runtime.ExceptionServices;

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

    /// <summary>
    /// A gradient or null for each argument of <see cref="Forward"/>, all made here; the other tensors are disposed by the caller.
    /// </summary>
    protected abstract List<Tensor> Backward(torch.autograd.AutogradContext ctx, Tensor outputGradient);
}

/// <summary>
/// State that the functions of a backward pass hand over past the engine: gradients that it has yet to copy, and the first exception.
/// </summary>
internal static class BackwardPass
{
    // The engine copies the returned handles after backward has returned; until the next one they must not be freed.
    [ThreadStatic]
    private static List<Tensor>? returned;

    private static ExceptionDispatchInfo? failure;

    /// <summary>Keeps what a function returns until the thread's next one runs.</summary>
    public static void Return(List<Tensor> gradients)
    {
        // Those of a pass within this function.
        ReleaseReturned();
        returned = gradients;
    }

    /// <summary>Disposes what the thread's last function has returned.</summary>
    public static void ReleaseReturned()
    {
        foreach (var gradient in returned ?? [])
            gradient?.Dispose();
        returned = null;
    }

    /// <summary>Keeps an exception until <see cref="End"/>. Only the first counts.</summary>
    public static void Fail(Exception e) => Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null);

    /// <summary>Disposes what is left, and throws the exception that was kept.</summary>
    public static void End()
    {
        ReleaseReturned();
        Interlocked.Exchange(ref failure, null)?.Throw();
    }
}
