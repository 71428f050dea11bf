using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Hashing;
using LoraBuild.Imaging.Formats;
using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Imaging;

/// <summary>A picture read from a file.</summary>
/// <param name="Raster">Its upright first frame in sRGB.</param>
/// <param name="Format">The picture's format, whatever its name says.</param>
/// <param name="Warnings">LB2004, LB2005 and LB2006, with the file.</param>
public sealed record DecodedPicture(Raster Raster, PictureFormat Format, IReadOnlyList<Diagnostic> Warnings);

/// <summary>
/// Reads png, jpeg, webp, bmp, gif (first frame) and tiff (first page), and avif where the engine can. The content decides what a file is.
/// EXIF rotation and colour profile are applied; palette, grey, CMYK and 16-bit pictures become 8-bit sRGB. An 8-bit RGB(A) picture
/// without another profile keeps its pixels bit for bit if its format is lossless. Thread-safe; the result does not depend on the number of
/// threads.
/// </summary>
public static class PictureDecoder
{
    private const long MaxFileBytes = 1L << 30;

    internal static readonly Lazy<IPictureEngine> Engine = new(PictureEngine.Create);

    /// <summary>The library that decodes, with its version. Another one may decode a JPEG a little differently.</summary>
    /// <exception cref="LoraBuildException">LB6003: it is missing.</exception>
    public static string EngineVersion => Engine.Value.Version;

    /// <summary>Reads the picture in a file.</summary>
    /// <param name="path">Any file name; no character has a meaning of its own.</param>
    /// <param name="maxPixels">Pictures with more pixels are refused by their header, before anything is decoded.</param>
    /// <param name="sha256">The SHA-256 that the file must have: of anything else nothing is read. Null: any.</param>
    /// <exception cref="LoraBuildException">
    /// LB2001 the file is empty, truncated, damaged or no picture; LB2002 it has too many pixels; LB6004 it cannot be read; LB6003 the
    /// engine is missing; LB6009 it does not hold what it is known to.
    /// </exception>
    public static DecodedPicture Decode(string path, long maxPixels = Raster.MaxPixels, string? sha256 = null)
    {
        var content = Read(path);
        if (sha256 is not null && ContentHash.Of(content).ToString() != sha256)
        {
            throw new LoraBuildException(
                DiagnosticCode.ChangedMeanwhile,
                "The picture was changed while the build was at work on it, and nothing of it is used. Build again.", path);
        }

        var format = Recognise(content, path);
        var picture = DecodeWithin(maxPixels, content, format, path);
        return new DecodedPicture(picture.Raster, format, Warnings(picture, format, path));
    }

    private static EnginePicture DecodeWithin(long maxPixels, byte[] content, PictureFormat format, string path)
    {
        try
        {
            // Our own reader serves both engines: libvips has none for BMP.
            var size = format == PictureFormat.Bmp ? BmpReader.Measure(content) : Engine.Value.Measure(content, format);
            if (size is not var (width, height))
                throw Damaged(format, path);
            if ((long)width * height > maxPixels)
                throw TooLarge(width, height, maxPixels, path);
            var picture = (format == PictureFormat.Bmp ? BmpReader.Decode(content) : Engine.Value.Decode(content, format))
                ?? throw Damaged(format, path);
            if (format == PictureFormat.Gif)
                GifFrame.First(content)?.ClearAround(picture.Raster);
            return picture;
        }
        catch (NotSupportedException e)
        {
            throw new LoraBuildException(
                DiagnosticCode.UndecodablePicture,
                $"The image library of this build does not read {Name(format)} of this kind. "
                + "Convert the picture to PNG, or build with -p:LoraImageEngine=libvips.",
                path,
                innerException: e);
        }
    }

    private static byte[] Read(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxFileBytes } file)
                throw new LoraBuildException(
                    DiagnosticCode.PictureTooLarge,
                    $"The file has {file.Length >> 20} MB; pictures are read up to {MaxFileBytes >> 20} MB.", path);
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var reason = e is FileNotFoundException or DirectoryNotFoundException
                ? "The picture does not exist."
                : $"The picture cannot be read: {e.Message}";
            throw new LoraBuildException(DiagnosticCode.CannotRead, reason, path, innerException: e);
        }
    }

    private static PictureFormat Recognise(byte[] content, string path)
    {
        if (content.Length == 0)
            throw new LoraBuildException(
                DiagnosticCode.UndecodablePicture, "The file is empty (0 bytes). Fetch the picture again or remove the file.", path);
        return PictureFormats.Recognise(content)
            ?? throw new LoraBuildException(
                DiagnosticCode.UndecodablePicture,
                "This is not a picture: its content is none of PNG, JPEG, WebP, BMP, GIF, TIFF, AVIF. Replace or remove the file.",
                path);
    }

    private static LoraBuildException TooLarge(int width, int height, long maxPixels, string path) => new(
        DiagnosticCode.PictureTooLarge,
        string.Create(
            CultureInfo.InvariantCulture,
            $"The picture has {width} x {height} pixels, {(double)width * height / 1e6:0.#} megapixels; the limit is "
            + $"{maxPixels / 1e6:0.#}. ")
        + "Make it smaller in an image editor.",
        path);

    private static LoraBuildException Damaged(PictureFormat format, string path) => new(
        DiagnosticCode.UndecodablePicture,
        $"The {Name(format)} picture is truncated or damaged. Fetch it again or remove the file.",
        path);

    private static List<Diagnostic> Warnings(EnginePicture picture, PictureFormat format, string path)
    {
        var warnings = new List<Diagnostic>();
        if (PictureFormats.OfExtension(path) != format)
        {
            var extension = Path.GetExtension(path);
            var named = extension.Length > 0 ? $"although its name ends in {extension}" : "although its name has no extension";
            warnings.Add(new Diagnostic(
                DiagnosticCode.MislabelledPicture, Severity.Warning,
                $"This is a {Name(format)} picture {named}. Rename it to {PictureFormats.Extension(format)}.", path));
        }
        if (picture.ProfileIgnored)
        {
            warnings.Add(new Diagnostic(
                DiagnosticCode.ColourProfileIgnored, Severity.Warning,
                "The picture's colour profile is not sRGB and could not be applied, so its colours are off. Convert it to sRGB in an image "
                + "editor.", path));
        }
        if (picture.HasFlaws)
        {
            warnings.Add(new Diagnostic(
                DiagnosticCode.FlawedPicture, Severity.Warning,
                $"The {Name(format)} data has errors that were passed over. Look at the picture for damage.", path));
        }
        return warnings;
    }

    private static string Name(PictureFormat format) => format == PictureFormat.WebP ? "WebP" : format.ToString().ToUpperInvariant();
}
