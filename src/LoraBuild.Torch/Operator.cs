using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LoraBuild.Torch.Interop;
using static LoraBuild.Torch.torch;

namespace LoraBuild.Torch;

/// <summary>
/// An operator by its schema name and overload, <c>add.Tensor</c>, looked up at its first call; one of ATen's where no namespace is named.
/// Arguments go in the schema's order; those left out at the end take the schema's defaults.
/// </summary>
internal sealed unsafe class Operator(string name)
{
    /// <summary>64-bit slots for lists on the stack: a few shapes, or a few dozen tensors. Longer ones go to the heap.</summary>
    private const int StackSlots = 48;

    private readonly string _fullName = name.Contains("::", StringComparison.Ordinal) ? name : $"aten::{name}";
    private nint _handle;

    public static implicit operator Operator(string name) => new(name);

    /// <summary>True if this libtorch has the operator.</summary>
    internal bool Exists => Find() != 0;

    /// <summary>The operator's one tensor.</summary>
    internal Tensor Call(params ReadOnlySpan<Value> arguments)
    {
        NativeValue output;
        Invoke(arguments, &output, 1);
        return new Tensor((nint)output.Bits);
    }

    /// <summary>Calls an operator that writes into its first argument, and returns that argument.</summary>
    internal Tensor InPlace(params ReadOnlySpan<Value> arguments)
    {
        NativeValue output;
        Invoke(arguments, &output, 1);
        Native.lb_release((nint)output.Bits);
        return (Tensor)arguments[0].Reference!;
    }

    /// <summary>Calls an operator that gives nothing back.</summary>
    internal void Run(params ReadOnlySpan<Value> arguments) => Invoke(arguments, null, 0);

    /// <summary>The operator's two tensors.</summary>
    internal (Tensor, Tensor) Pair(params ReadOnlySpan<Value> arguments)
    {
        var outputs = stackalloc NativeValue[2];
        Invoke(arguments, outputs, 2);
        return (new Tensor((nint)outputs[0].Bits), new Tensor((nint)outputs[1].Bits));
    }

    /// <summary>The operator's list of tensors.</summary>
    internal Tensor[] List(params ReadOnlySpan<Value> arguments)
    {
        NativeValue output;
        Invoke(arguments, &output, 1);
        var handles = (nint*)output.Bits;
        var tensors = new Tensor[output.Count];
        for (var i = 0; i < tensors.Length; i++)
            tensors[i] = new Tensor(handles[i]);
        Native.lb_free_list((nint)output.Bits);
        return tensors;
    }

    /// <summary>The operator's truth value.</summary>
    internal bool Test(params ReadOnlySpan<Value> arguments)
    {
        NativeValue output;
        Invoke(arguments, &output, 1);
        return output.Bits != 0;
    }

    private nint Find()
    {
        if (_handle == 0)
        {
            var parts = _fullName.Split('.', 2);
            _handle = Native.lb_find(parts[0], parts.Length > 1 ? parts[1] : "");
        }
        return _handle;
    }

    [SkipLocalsInit]
    private void Invoke(ReadOnlySpan<Value> arguments, NativeValue* outputs, int capacity)
    {
        var handle = Find();
        if (handle == 0)
            throw new ExternalException($"libtorch {__version__} has no operator {_fullName}.");

        var needed = 0;
        foreach (ref readonly var argument in arguments)
            needed += argument.Slots;
        // Pinned either way: the native side gets addresses of slots.
        var heap = needed <= StackSlots ? null : GC.AllocateUninitializedArray<long>(needed, pinned: true);
        var slots = heap is null ? stackalloc long[StackSlots] : heap;

        var values = stackalloc NativeValue[arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
            slots = slots[arguments[i].Write(out values[i], slots)..];

        var result = Native.lb_call(handle, values, arguments.Length, outputs, capacity);
        foreach (ref readonly var argument in arguments)
            GC.KeepAlive(argument.Reference);
        GC.KeepAlive(heap);
        Native.Check(result);
    }
}
