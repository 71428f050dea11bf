namespace LoraBuild.Imaging.Formats;

/// <summary>The formats that a picture's first bytes tell apart.</summary>
public enum PictureFormat
{
    /// <summary>Portable Network Graphics.</summary>
    Png,

    /// <summary>JPEG, in a JFIF, EXIF or bare stream.</summary>
    Jpeg,

    /// <summary>WebP, lossy or lossless.</summary>
    WebP,

    /// <summary>Windows bitmap.</summary>
    Bmp,

    /// <summary>GIF; only the first frame is read.</summary>
    Gif,

    /// <summary>TIFF; only the first page is read.</summary>
    Tiff,

    /// <summary>AV1 image file.</summary>
    Avif,
}
