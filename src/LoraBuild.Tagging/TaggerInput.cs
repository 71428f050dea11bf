using LoraBuild.Imaging;
using LoraBuild.Imaging.Resampling;

namespace LoraBuild.Tagging;

/// <summary>
/// Pictures as WD taggers take them, with the arithmetic of sd-scripts' <c>preprocess_image</c>: on white, padded with white to a square
/// (the odd pixel right and below), resized, channels in the order B, G, R, values 0..255.
/// </summary>
/// <param name="Size">The side of the model's input in pixels.</param>
/// <param name="IsChannelsFirst">Whether the model takes [batch, 3, size, size] and not [batch, size, size, 3].</param>
public sealed record TaggerInput(int Size, bool IsChannelsFirst)
{
    /// <summary>Numbers a picture.</summary>
    public int Length => 3 * Size * Size;

    /// <summary>Writes a picture's input.</summary>
    /// <param name="picture">Any size; may be transparent.</param>
    /// <param name="target"><see cref="Length"/> numbers.</param>
    public void Write(Raster picture, Span<float> target)
    {
        var flat = picture.Flatten();
        var square = Math.Max(flat.Width, flat.Height) >= Size ? AreaResampler.ResizeSquare(flat, Size) : LanczosResampler.Resize(PadToSquare(flat), Size, Size);
        var pixels = square.Pixels;
        var (channelStep, pixelStep) = IsChannelsFirst ? (Size * Size, 1) : (1, 3);
        for (int i = 0, to = 0; i < pixels.Length; i += 4, to += pixelStep)
        {
            target[to] = pixels[i + 2];
            target[to + channelStep] = pixels[i + 1];
            target[to + 2 * channelStep] = pixels[i];
        }
    }

    private static Raster PadToSquare(Raster picture)
    {
        if (picture.Width == picture.Height)
            return picture;
        var side = Math.Max(picture.Width, picture.Height);
        int left = (side - picture.Width) / 2, top = (side - picture.Height) / 2;
        var square = new Raster(side, side);
        Array.Fill(square.Pixels, (byte)255);
        for (var y = 0; y < picture.Height; y++)
            picture.Row(y).CopyTo(square.Row(top + y)[(left * 4)..]);
        return square;
    }
}
