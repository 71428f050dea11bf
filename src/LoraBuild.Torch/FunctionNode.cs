using System.Runtime.InteropServices;
using LoraBuild.Torch.Interop;
using static LoraBuild.Torch.torch;

namespace LoraBuild.Torch;

/// <summary>The managed half of a graph node: one call of a custom function. The native half keeps it while the graph lives.</summary>
/// <param name="name">The function's name, for messages.</param>
/// <param name="backward">The output's gradient -> gradients of all arguments.</param>
/// <param name="context">The state that forward has kept for backward.</param>
/// <param name="isTensor">For each argument of the call, whether it is a tensor and so has a gradient.</param>
internal sealed unsafe class FunctionNode(
    string name, Func<autograd.AutogradContext, Tensor, List<Tensor>> backward, autograd.AutogradContext context, bool[] isTensor)
    : IBackwardPass
{
    private (long[] Shape, ScalarType Type, Device Device) _output;
    private nint _borrowed;
    private int _savedCount;

    /// <summary>
    /// Makes the output of a forward pass the result of a new node over <paramref name="inputs"/>; saves what forward asked for.
    /// </summary>
    internal Tensor Attach(Tensor[] inputs, Tensor output)
    {
        var node = NewNode(inputs);
        try
        {
            _borrowed = Native.lb_node_borrow(node);
            var result = Result(node, output);
            Save(node, output, result);
            return result;
        }
        finally
        {
            // From here on the result holds the node.
            Native.lb_node_release(node);
        }
    }

    /// <summary>Gradients of the tensor arguments, in their order.</summary>
    internal List<Tensor?> Backward(Tensor grad)
    {
        if (grad.IsInvalid && context.MaterializeGrads)
            grad = zeros(_output.Shape, _output.Type, _output.Device);

        using (context.Open(Saved))
        {
            List<Tensor?> results = [.. backward(context, grad)];
            if (results.Count < isTensor.Length || results.Skip(isTensor.Length).Any(extra => extra is { IsInvalid: false }))
                throw new InvalidOperationException($"{name}.backward returned {results.Count} gradients for {isTensor.Length} arguments.");
            for (var i = 0; i < isTensor.Length; i++)
            {
                if (!isTensor[i] && results[i] is { IsInvalid: false })
                    throw new InvalidOperationException($"{name}.backward returned a gradient for argument {i}, which is not a tensor.");
            }
            return [.. results.Where((_, i) => i < isTensor.Length && isTensor[i])];
        }
    }

    /// <inheritdoc/>
    void IBackwardPass.Run(nint grad, Span<nint> results)
    {
        // The engine may call from a thread of its own, which no caller's scope covers.
        using var scope = NewDisposeScope();
        var outgoing = Backward(new Tensor(grad));
        for (var i = 0; i < results.Length; i++)
        {
            if (outgoing[i] is not { IsInvalid: false } gradient)
                continue;
            results[i] = gradient.Handle;
            Native.lb_retain(results[i]);
        }
    }

    private nint NewNode(Tensor[] inputs)
    {
        var handles = autograd.Handles(inputs);
        nint node;
        fixed (nint* pointer = handles)
            Native.Check(Native.lb_node_new(GCHandle.ToIntPtr(GCHandle.Alloc(this)), pointer, handles.Length, &node));
        GC.KeepAlive(inputs);
        return node;
    }

    private Tensor Result(nint node, Tensor output)
    {
        _output = (output.shape, output.dtype, output.device);
        nint result;
        Native.Check(Native.lb_node_output(node, output.Handle, &result));
        GC.KeepAlive(output);
        return new Tensor(result);
    }

    private void Save(nint node, Tensor output, Tensor result)
    {
        var saved = context.ToSave;
        var handles = new nint[saved.Count];
        var isOutput = new byte[saved.Count];
        for (var i = 0; i < handles.Length; i++)
        {
            var savesOutput = ReferenceEquals(output, saved[i]);
            handles[i] = savesOutput ? result.Handle : saved[i]?.Handle ?? 0;
            isOutput[i] = savesOutput ? (byte)1 : (byte)0;
        }
        fixed (nint* pointer = handles)
        fixed (byte* flags = isOutput)
            Native.Check(Native.lb_node_save(node, pointer, handles.Length, flags));
        GC.KeepAlive((saved, result));
        context.ToSave = [];
        _savedCount = handles.Length;
    }

    private List<Tensor?> Saved()
    {
        var handles = new nint[_savedCount];
        fixed (nint* pointer = handles)
            Native.Check(Native.lb_node_saved(_borrowed, pointer, handles.Length));
        return [.. handles.Select(handle => handle == 0 ? null : new Tensor(handle))];
    }
}
