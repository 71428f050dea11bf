using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace LoraBuild.Imaging.Png;

/// <summary>
/// PNG's row filters for RGB8 and RGBA8 (PNG specification, third edition, section 9). Of the filters of each row the one whose bytes,
/// taken as signed, have the smallest sum of magnitudes is used, as the specification recommends.
/// </summary>
internal sealed class PngFilter
{
    // Rows stand behind a pixel of zeros, which is what the filters see left of the picture.
    private readonly byte[] candidate;
    private readonly byte[] best;
    private readonly int length, pixelSize;

    /// <summary>Filters for rows of <paramref name="width"/> pixels of <paramref name="pixelSize"/> bytes.</summary>
    public PngFilter(int width, int pixelSize)
    {
        this.pixelSize = pixelSize;
        length = width * pixelSize;
        candidate = new byte[1 + length];
        best = new byte[1 + length];
    }

    /// <summary>The filter's number and the filtered row; valid until the next call.</summary>
    /// <param name="row">A pixel of zeros and the row.</param>
    /// <param name="above">A pixel of zeros and the row above; all zero for the first.</param>
    public ReadOnlySpan<byte> Choose(ReadOnlySpan<byte> row, ReadOnlySpan<byte> above)
    {
        var current = row[pixelSize..];
        var left = row[..length];
        var up = above[pixelSize..];
        var upLeft = above[..length];
        var least = long.MaxValue;
        for (byte filter = 1; filter <= 4; filter++)
        {
            candidate[0] = filter;
            var sum = filter switch
            {
                1 => Apply<Sub>(current, left, up, upLeft),
                2 => Apply<Up>(current, left, up, upLeft),
                3 => Apply<Average>(current, left, up, upLeft),
                _ => Apply<Paeth>(current, left, up, upLeft),
            };
            if (sum < least)
            {
                least = sum;
                candidate.CopyTo(best, 0);
            }
        }
        return best;
    }

    private long Apply<TPredictor>(ReadOnlySpan<byte> current, ReadOnlySpan<byte> left, ReadOnlySpan<byte> up, ReadOnlySpan<byte> upLeft)
        where TPredictor : IPredictor
    {
        var target = candidate.AsSpan(1);
        var sums = Vector128<uint>.Zero;
        var i = 0;
        for (; i <= length - Vector128<byte>.Count; i += Vector128<byte>.Count)
        {
            var difference = Load(current, i) - TPredictor.Predict(Load(left, i), Load(up, i), Load(upLeft, i));
            difference.StoreUnsafe(ref MemoryMarshal.GetReference(target), (nuint)i);
            var magnitude = Vector128.Min(difference, -difference);
            var words = Vector128.WidenLower(magnitude) + Vector128.WidenUpper(magnitude);
            sums += Vector128.WidenLower(words) + Vector128.WidenUpper(words);
        }
        long sum = Vector128.Sum(sums);
        for (; i < length; i++)
        {
            var predicted =
                TPredictor.Predict(Vector128.CreateScalar(left[i]), Vector128.CreateScalar(up[i]), Vector128.CreateScalar(upLeft[i]))[0];
            var difference = (byte)(current[i] - predicted);
            target[i] = difference;
            sum += Math.Min(difference, (byte)-difference);
        }
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Load(ReadOnlySpan<byte> data, int at) =>
        Vector128.LoadUnsafe(ref MemoryMarshal.GetReference(data), (nuint)at);

    private interface IPredictor
    {
        static abstract Vector128<byte> Predict(Vector128<byte> left, Vector128<byte> up, Vector128<byte> upLeft);
    }

    private readonly struct Sub : IPredictor
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<byte> Predict(Vector128<byte> left, Vector128<byte> up, Vector128<byte> upLeft) => left;
    }

    private readonly struct Up : IPredictor
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<byte> Predict(Vector128<byte> left, Vector128<byte> up, Vector128<byte> upLeft) => up;
    }

    private readonly struct Average : IPredictor
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<byte> Predict(Vector128<byte> left, Vector128<byte> up, Vector128<byte> upLeft) =>
            (left & up) + ((left ^ up) >> 1);
    }

    private readonly struct Paeth : IPredictor
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<byte> Predict(Vector128<byte> left, Vector128<byte> up, Vector128<byte> upLeft)
        {
            var (a0, a1) = Vector128.Widen(left);
            var (b0, b1) = Vector128.Widen(up);
            var (c0, c1) = Vector128.Widen(upLeft);
            return Vector128.Narrow(
                Nearest(a0.AsInt16(), b0.AsInt16(), c0.AsInt16()).AsUInt16(),
                Nearest(a1.AsInt16(), b1.AsInt16(), c1.AsInt16()).AsUInt16());
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector128<short> Nearest(Vector128<short> a, Vector128<short> b, Vector128<short> c)
        {
            var toA = Vector128.Abs(b - c);
            var toB = Vector128.Abs(a - c);
            var toC = Vector128.Abs(b - c + (a - c));
            var least = Vector128.Min(toA, Vector128.Min(toB, toC));
            return Vector128.ConditionalSelect(
                Vector128.Equals(least, toA), a, Vector128.ConditionalSelect(Vector128.Equals(least, toB), b, c));
        }
    }
}
