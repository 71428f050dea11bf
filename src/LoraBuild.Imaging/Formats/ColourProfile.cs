using System.Buffers.Binary;

namespace LoraBuild.Imaging.Formats;

/// <summary>
/// Tells whether an ICC profile (ICC.1:2022) means sRGB, by its numbers: profiles of that meaning come under many names and from many
/// makers.
/// </summary>
internal static class ColourProfile
{
    private const double ColorantTolerance = 0.003;
    private const double CurveTolerance = 0.01;

    // IEC 61966-2-1's primaries adapted to D50, as profiles store them.
    private static readonly (string Tag, double X, double Y, double Z)[] Colorants =
    [
        ("rXYZ", 0.4361, 0.2225, 0.0139),
        ("gXYZ", 0.3851, 0.7169, 0.0971),
        ("bXYZ", 0.1431, 0.0606, 0.7141),
    ];

    /// <summary>True if these bytes are an RGB matrix profile with sRGB's primaries and tone curve.</summary>
    public static bool IsSrgb(ReadOnlySpan<byte> profile)
    {
        if (profile.Length < 132 || !profile.Slice(16, 4).SequenceEqual("RGB "u8))
            return false;
        foreach (var (tag, x, y, z) in Colorants)
        {
            var colorant = Tag(profile, tag);
            if (colorant.Length < 20
                || Math.Abs(Fixed(colorant, 8) - x) > ColorantTolerance
                || Math.Abs(Fixed(colorant, 12) - y) > ColorantTolerance
                || Math.Abs(Fixed(colorant, 16) - z) > ColorantTolerance)
                return false;
        }
        return IsSrgbCurve(Tag(profile, "rTRC")) && IsSrgbCurve(Tag(profile, "gTRC")) && IsSrgbCurve(Tag(profile, "bTRC"));
    }

    private static bool IsSrgbCurve(ReadOnlySpan<byte> curve)
    {
        for (var i = 0; i <= 16; i++)
        {
            var x = i / 16.0;
            var linear = x <= 0.04045 ? x / 12.92 : Math.Pow((x + 0.055) / 1.055, 2.4);
            if (!(Math.Abs(Evaluate(curve, x) - linear) <= CurveTolerance))
                return false;
        }
        return true;
    }

    /// <summary>A curveType with a table, or a parametricCurveType of the form that sRGB has; not a number for any other.</summary>
    private static double Evaluate(ReadOnlySpan<byte> curve, double x)
    {
        if (curve.Length >= 16 && curve[..4].SequenceEqual("curv"u8))
        {
            var count = BinaryPrimitives.ReadInt32BigEndian(curve[8..]);
            if (count < 2 || count > (curve.Length - 12) / 2)
                return double.NaN;
            var at = x * (count - 1);
            var low = Math.Min((int)at, count - 2);
            double Entry(ReadOnlySpan<byte> table, int index) => BinaryPrimitives.ReadUInt16BigEndian(table[(12 + index * 2)..]) / 65535.0;
            return double.Lerp(Entry(curve, low), Entry(curve, low + 1), at - low);
        }
        if (curve.Length >= 32 && curve[..4].SequenceEqual("para"u8) && BinaryPrimitives.ReadUInt16BigEndian(curve[8..]) is 3 or 4)
        {
            double g = Fixed(curve, 12), a = Fixed(curve, 16), b = Fixed(curve, 20), c = Fixed(curve, 24), d = Fixed(curve, 28);
            return x >= d ? Math.Pow(a * x + b, g) : c * x;
        }
        return double.NaN;
    }

    private static ReadOnlySpan<byte> Tag(ReadOnlySpan<byte> profile, string name)
    {
        var count = BinaryPrimitives.ReadInt32BigEndian(profile[128..]);
        for (var i = 0; i < count && 132 + 12 * i + 12 <= profile.Length; i++)
        {
            var entry = profile.Slice(132 + 12 * i, 12);
            if (entry[0] != name[0] || entry[1] != name[1] || entry[2] != name[2] || entry[3] != name[3])
                continue;
            var offset = BinaryPrimitives.ReadUInt32BigEndian(entry[4..]);
            var size = BinaryPrimitives.ReadUInt32BigEndian(entry[8..]);
            return offset + (ulong)size <= (ulong)profile.Length ? profile.Slice((int)offset, (int)size) : default;
        }
        return default;
    }

    /// <summary>An s15Fixed16Number.</summary>
    private static double Fixed(ReadOnlySpan<byte> data, int offset) => BinaryPrimitives.ReadInt32BigEndian(data[offset..]) / 65536.0;
}
