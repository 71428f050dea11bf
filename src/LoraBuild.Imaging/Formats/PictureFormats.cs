namespace LoraBuild.Imaging.Formats;

/// <summary>Recognises the format of a file by its first bytes, and the one that its name claims.</summary>
public static class PictureFormats
{
    /// <summary>The format that these bytes begin with, or null where they are no picture that LoraBuild reads.</summary>
    public static PictureFormat? Recognise(ReadOnlySpan<byte> content) => content switch
    {
        [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, ..] => PictureFormat.Png,
        [0xFF, 0xD8, 0xFF, ..] => PictureFormat.Jpeg,
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', (byte)'7' or (byte)'9', (byte)'a', ..] => PictureFormat.Gif,
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => PictureFormat.WebP,
        [(byte)'I', (byte)'I', 42 or 43, 0, ..] or [(byte)'M', (byte)'M', 0, 42 or 43, ..] => PictureFormat.Tiff,
        [_, _, _, _, (byte)'f', (byte)'t', (byte)'y', (byte)'p', (byte)'a', (byte)'v', (byte)'i', (byte)'f' or (byte)'s', ..] =>
            PictureFormat.Avif,
        [(byte)'B', (byte)'M', ..] => PictureFormat.Bmp,
        _ => null,
    };

    /// <summary>The format that a file name's extension stands for, or null for any other extension.</summary>
    public static PictureFormat? OfExtension(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".PNG" => PictureFormat.Png,
        ".JPG" or ".JPEG" or ".JPE" or ".JFIF" => PictureFormat.Jpeg,
        ".WEBP" => PictureFormat.WebP,
        ".BMP" or ".DIB" => PictureFormat.Bmp,
        ".GIF" => PictureFormat.Gif,
        ".TIF" or ".TIFF" => PictureFormat.Tiff,
        ".AVIF" => PictureFormat.Avif,
        _ => null,
    };

    /// <summary>The usual extension of a format, with its dot.</summary>
    public static string Extension(PictureFormat format) => format switch
    {
        PictureFormat.Jpeg => ".jpg",
        PictureFormat.Tiff => ".tiff",
        _ => "." + format.ToString().ToLowerInvariant(),
    };
}
