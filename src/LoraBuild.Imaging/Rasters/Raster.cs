namespace LoraBuild.Imaging.Rasters;

/// <summary>
/// A picture in memory: 8-bit sRGB with straight (not premultiplied) alpha, four bytes R, G, B, A a pixel, rows from the top without
/// padding.
/// </summary>
public sealed class Raster
{
    /// <summary>The most pixels of a picture unless a caller says otherwise: 100 megapixels, 400 MB of raster.</summary>
    public const long MaxPixels = 100_000_000;

    /// <summary>A raster over these bytes, which it keeps.</summary>
    /// <exception cref="ArgumentException">The number of bytes is not width x height x 4, or a side is not positive.</exception>
    public Raster(int width, int height, byte[] pixels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (pixels.Length != (long)width * height * 4)
            throw new ArgumentException(
                $"{width} x {height} pixels take {(long)width * height * 4} bytes, not {pixels.Length}.", nameof(pixels));
        Width = width;
        Height = height;
        Pixels = pixels;
    }

    /// <summary>A raster of transparent black.</summary>
    public Raster(int width, int height)
        : this(width, height, new byte[checked(width * height * 4)])
    {
    }

    /// <summary>Pixels a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Bytes a row.</summary>
    public int Stride => Width * 4;

    /// <summary>Height x Width x 4 bytes.</summary>
    public byte[] Pixels { get; }

    /// <summary>The bytes of one row.</summary>
    public Span<byte> Row(int y) => Pixels.AsSpan(y * Stride, Stride);

    /// <summary>True if every pixel has alpha 255.</summary>
    public bool IsOpaque
    {
        get
        {
            var pixels = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(Pixels);
            var alpha = BitConverter.IsLittleEndian ? 0xFF000000u : 0x000000FFu;
            var all = new System.Numerics.Vector<uint>(alpha);
            var i = 0;
            for (; i <= pixels.Length - System.Numerics.Vector<uint>.Count; i += System.Numerics.Vector<uint>.Count)
            {
                if ((new System.Numerics.Vector<uint>(pixels[i..]) & all) != all)
                    return false;
            }
            for (; i < pixels.Length; i++)
            {
                if ((pixels[i] & alpha) != alpha)
                    return false;
            }
            return true;
        }
    }

    /// <summary>A copy of the part from (<paramref name="left"/>, <paramref name="top"/>), all in pixels.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The part is empty or reaches outside.</exception>
    public Raster Crop(int left, int top, int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(left);
        ArgumentOutOfRangeException.ThrowIfNegative(top);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, Width - left);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, Height - top);
        var part = new Raster(width, height);
        for (var y = 0; y < height; y++)
            Row(top + y).Slice(left * 4, width * 4).CopyTo(part.Row(y));
        return part;
    }

    /// <summary>This picture's colours, opaque whatever its alpha. An opaque raster is returned itself.</summary>
    public Raster WithoutAlpha()
    {
        if (IsOpaque)
            return this;
        var opaque = new Raster(Width, Height, [.. Pixels]);
        for (var i = 3; i < Pixels.Length; i += 4)
            opaque.Pixels[i] = 255;
        return opaque;
    }

    /// <summary>
    /// This picture on an opaque background (0xRRGGBB): (colour x alpha + background x (255 - alpha)) / 255, rounded to nearest as PIL's
    /// paste with a mask does. An opaque raster is returned itself.
    /// </summary>
    public Raster Flatten(int background = 0xFFFFFF)
    {
        if (IsOpaque)
            return this;
        ReadOnlySpan<int> behind = [(background >> 16) & 255, (background >> 8) & 255, background & 255];
        var flat = new Raster(Width, Height);
        for (var i = 0; i < Pixels.Length; i += 4)
        {
            var alpha = Pixels[i + 3];
            for (var c = 0; c < 3; c++)
            {
                var sum = Pixels[i + c] * alpha + behind[c] * (255 - alpha) + 128;
                flat.Pixels[i + c] = (byte)((sum + (sum >> 8)) >> 8);
            }
            flat.Pixels[i + 3] = 255;
        }
        return flat;
    }
}
