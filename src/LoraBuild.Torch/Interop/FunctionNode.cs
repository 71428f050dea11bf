using System.Runtime.InteropServices;
using static LoraBuild.Torch.torch;

namespace LoraBuild.Torch.Interop;

/// <summary>The managed half of a graph node: one call of a custom function. The native half keeps it while the graph lives.</summary>
/// <param name="name">The function's name, for messages.</param>
/// <param name="backward">Gradients of the outputs -> gradients of all arguments.</param>
/// <param name="context">What forward has kept for backward.</param>
/// <param name="isTensor">For each argument of the call, whether it is a tensor and so has a gradient.</param>
internal sealed unsafe class FunctionNode(
    string name, Func<autograd.AutogradContext, List<Tensor>, List<Tensor>> backward, autograd.AutogradContext context, bool[] isTensor)
{
    private readonly List<(long[] Shape, ScalarType Type, Device Device)> _outputs = [];
    private nint _borrowed;
    private int _savedCount;

    /// <summary>Makes outputs of a forward pass results of a new node over <paramref name="inputs"/>; saves what forward asked for.</summary>
    internal List<Tensor> Attach(Tensor[] inputs, List<Tensor> outputs)
    {
        var node = NewNode(inputs);
        try
        {
            _borrowed = Native.lb_node_borrow(node);
            var results = outputs.ConvertAll(output => Result(node, output));
            Save(node, outputs, results);
            return results;
        }
        finally
        {
            // From here on the results hold the node.
            Native.lb_node_release(node);
        }
    }

    /// <summary>Gradients of the tensor arguments, in their order.</summary>
    internal List<Tensor?> Backward(List<Tensor> grads)
    {
        for (var i = 0; i < grads.Count; i++)
        {
            if (grads[i].IsInvalid && context.MaterializeGrads)
                grads[i] = zeros(_outputs[i].Shape, _outputs[i].Type, _outputs[i].Device);
        }

        using (context.Open(Saved))
        {
            List<Tensor?> results = [.. backward(context, grads)];
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
        _outputs.Add((output.shape, output.dtype, output.device));
        nint result;
        Native.Check(Native.lb_node_output(node, output.Handle, context.IsDifferentiable(output) ? 1 : 0, &result));
        GC.KeepAlive(output);
        return new Tensor(result);
    }

    private void Save(nint node, List<Tensor> outputs, List<Tensor> results)
    {
        var saved = context.ToSave;
        var handles = new nint[saved.Count];
        var isOutput = new byte[saved.Count];
        for (var i = 0; i < handles.Length; i++)
        {
            var output = outputs.FindIndex(candidate => ReferenceEquals(candidate, saved[i]));
            handles[i] = output >= 0 ? results[output].Handle : saved[i]?.Handle ?? 0;
            isOutput[i] = output >= 0 ? (byte)1 : (byte)0;
        }
        fixed (nint* pointer = handles)
        fixed (byte* flags = isOutput)
            Native.Check(Native.lb_node_save(node, pointer, handles.Length, flags));
        GC.KeepAlive((saved, results));
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
