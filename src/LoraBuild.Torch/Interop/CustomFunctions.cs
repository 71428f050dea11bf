using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text;

namespace LoraBuild.Torch.Interop;

/// <summary>A managed backward pass that libtorch's autograd engine calls.</summary>
internal interface IBackwardPass
{
    /// <summary>Computes the gradients of all arguments from that of the output.</summary>
    /// <param name="grad">The output's gradient, which the callee owns.</param>
    /// <param name="results">For the arguments' gradients, which the caller owns; 0 where there is none.</param>
    void Run(nint grad, Span<nint> results);
}

/// <summary>The way from libtorch's autograd engine into a managed backward pass.</summary>
internal static unsafe class CustomFunctions
{
    /// <summary>
    /// Runs the backward pass of the node behind <paramref name="context"/>. It owns <paramref name="grad"/>; the caller
    /// owns those of <paramref name="results"/>, the message (from malloc) and the handle of the exception.
    /// </summary>
    /// <returns>0, or 1 when managed code threw.</returns>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    internal static int Backward(nint context, nint grad, nint* results, int resultCount, byte** message, nint* exception)
    {
        try
        {
            ((IBackwardPass)GCHandle.FromIntPtr(context).Target!).Run(grad, new(results, resultCount));
            return 0;
        }
        catch (Exception e)
        {
            var text = Encoding.UTF8.GetBytes(e.Message + '\0');
            *message = (byte*)NativeMemory.Alloc((nuint)text.Length);
            text.CopyTo(new Span<byte>(*message, text.Length));
            *exception = GCHandle.ToIntPtr(GCHandle.Alloc(ExceptionDispatchInfo.Capture(e)));
            return 1;
        }
    }
}
