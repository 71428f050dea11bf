using LoraBuild.Imaging.Formats;

namespace LoraBuild.Imaging;

/// <summary>The engine that this build was made with.</summary>
internal static class PictureEngine
{
    public static IPictureEngine Create() => new Vips.VipsEngine();
}
