namespace LoraBuild.Pages.Report;

/// <summary>A thumbnail in the report.</summary>
/// <param name="Image">A JPEG; Base64 in JSON.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
public sealed record ReportThumbnail(byte[] Image, int Width, int Height)
{
    /// <summary>The thumbnail of a picture, whose size follows from the picture's.</summary>
    public static ReportThumbnail Of(ReportPicture picture, byte[] image)
    {
        var scale = Math.Min(1, (double)ReportPage.ThumbnailSide / Math.Max(picture.Width, picture.Height));
        return new ReportThumbnail(image, Scaled(picture.Width), Scaled(picture.Height));

        int Scaled(int length) => Math.Max(1, (int)Math.Round(length * scale));
    }
}
