using System.Runtime.InteropServices;

namespace LoraBuild.Torch.Interop;

/// <summary>A tagged value as Native/lorabuild_torch.cpp reads and writes it: 16 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeValue
{
    internal Tag Tag;

    /// <summary>Elements of a list, or bytes of a string.</summary>
    internal int Count;

    /// <summary>An integer, the bits of a double, or a pointer.</summary>
    internal long Bits;
}
