using System.Buffers.Binary;
using System.Text;

namespace LoraBuild.Imaging.Tests;

/// <summary>Small ICC profiles of version 2.</summary>
internal static class IccProfile
{
    private static readonly double[] Red = [0.4361, 0.2225, 0.0139];
    private static readonly double[] Green = [0.3851, 0.7169, 0.0971];
    private static readonly double[] Blue = [0.1431, 0.0606, 0.7141];

    public static byte[] Srgb() => Matrix(Red, Green, Blue, SrgbCurve);

    public static byte[] SrgbWithRedAndBlueExchanged() => Matrix(Blue, Green, Red, SrgbCurve);

    /// <summary>sRGB's primaries with a pure gamma of 1.8.</summary>
    public static byte[] SrgbPrimariesWithAnotherCurve() => Matrix(Red, Green, Blue, x => Math.Pow(x, 1.8));

    private static double SrgbCurve(double x) => x <= 0.04045 ? x / 12.92 : Math.Pow((x + 0.055) / 1.055, 2.4);

    private static byte[] Matrix(double[] red, double[] green, double[] blue, Func<double, double> curve)
    {
        (string Name, byte[] Data)[] tags =
        [
            ("desc", Description()), ("cprt", [.. "text\0\0\0\0none\0"u8]), ("wtpt", Xyz([0.9642, 1, 0.8249])),
            ("rXYZ", Xyz(red)), ("gXYZ", Xyz(green)), ("bXYZ", Xyz(blue)),
            ("rTRC", Curve(curve)), ("gTRC", Curve(curve)), ("bTRC", Curve(curve)),
        ];
        var profile = new List<byte>(new byte[132 + 12 * tags.Length]);
        var table = new byte[4 + 12 * tags.Length];
        BinaryPrimitives.WriteInt32BigEndian(table, tags.Length);
        for (var i = 0; i < tags.Length; i++)
        {
            while (profile.Count % 4 != 0)
                profile.Add(0);
            var entry = table.AsSpan(4 + 12 * i);
            Encoding.ASCII.GetBytes(tags[i].Name, entry);
            BinaryPrimitives.WriteInt32BigEndian(entry[4..], profile.Count);
            BinaryPrimitives.WriteInt32BigEndian(entry[8..], tags[i].Data.Length);
            profile.AddRange(tags[i].Data);
        }
        var bytes = profile.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(bytes, bytes.Length);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(8), 0x02100000);
        "mntrRGB XYZ "u8.CopyTo(bytes.AsSpan(12));
        "acsp"u8.CopyTo(bytes.AsSpan(36));
        Xyz([0.9642, 1, 0.8249]).AsSpan(8).CopyTo(bytes.AsSpan(68));
        table.CopyTo(bytes, 128);
        return bytes;
    }

    private static byte[] Description()
    {
        var data = new byte[102];
        "desc"u8.CopyTo(data);
        data[11] = 2;
        data[12] = (byte)'t';
        return data;
    }

    private static byte[] Xyz(double[] value)
    {
        var data = new byte[20];
        "XYZ "u8.CopyTo(data);
        for (var i = 0; i < 3; i++)
            BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(8 + 4 * i), (int)Math.Round(value[i] * 65536));
        return data;
    }

    private static byte[] Curve(Func<double, double> curve)
    {
        var data = new byte[12 + 2 * 256];
        "curv"u8.CopyTo(data);
        BinaryPrimitives.WriteInt32BigEndian(data.AsSpan(8), 256);
        for (var i = 0; i < 256; i++)
            BinaryPrimitives.WriteUInt16BigEndian(data.AsSpan(12 + 2 * i), (ushort)Math.Round(curve(i / 255.0) * 65535));
        return data;
    }
}
