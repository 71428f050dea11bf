using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LoraBuild.Imaging.Resampling;

/// <summary>One RGBA pixel as a vector of four numbers.</summary>
internal static class PixelVectors
{
    /// <summary>Pixel <paramref name="x"/> of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Load(ReadOnlySpan<byte> row, int x)
    {
        var bytes = Vector128.CreateScalar(MemoryMarshal.Cast<byte, uint>(row)[x]).AsByte();
        return Vector128.WidenLower(Vector128.WidenLower(bytes)).AsInt32();
    }

    /// <summary>Sets pixel <paramref name="x"/> of a row, clamping to 0..255.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Span<byte> row, int x, Vector128<int> pixel)
    {
        var words = Vector128.NarrowWithSaturation(pixel, pixel);
        MemoryMarshal.Cast<byte, uint>(row)[x] = Vector128.NarrowWithSaturation(Vector128.Max(words, Vector128<short>.Zero).AsUInt16(), Vector128<ushort>.Zero).AsUInt32()[0];
    }

    /// <summary>To the nearest integer, halves to even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Round(Vector128<float> pixel) => Vector128.ConvertToInt32(Vector128.Round(pixel));
}
