using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Imaging.Resampling;

/// <summary>RGBA pixels as vectors of four numbers.</summary>
internal static class PixelVectors
{
    /// <summary>A row's pixels, four bytes each.</summary>
    public static Span<uint> Pixels(this Raster picture, int y) => MemoryMarshal.Cast<byte, uint>(picture.Row(y));

    /// <summary>The channels of a pixel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Unpack(uint pixel) =>
        Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalar(pixel).AsByte())).AsInt32();

    /// <summary>The pixel of these channels, clamped to 0..255.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Pack(Vector128<int> channels)
    {
        var words = Vector128.Max(Vector128.NarrowWithSaturation(channels, channels), Vector128<short>.Zero).AsUInt16();
        return Vector128.NarrowWithSaturation(words, words).AsUInt32().ToScalar();
    }

    /// <summary>To the nearest integer, halves to even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Round(Vector128<float> channels) => Vector128.ConvertToInt32Native(Vector128.Round(channels));
}
