using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Text;

namespace LoraBuild.Torch.Interop;

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
        // The engine may call from a thread of its own, which no caller's scope covers.
        using var scope = torch.NewDisposeScope();
        try
        {
            var node = (FunctionNode)GCHandle.FromIntPtr(context).Target!;
            var outgoing = node.Backward(new torch.Tensor(grad));
            for (var i = 0; i < resultCount; i++)
            {
                if (outgoing[i] is not { IsInvalid: false } gradient)
                    continue;
                results[i] = gradient.Handle;
                Native.lb_retain(results[i]);
            }
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
