using SkiaSharp;

namespace LoraBuild.MiniWorld.Drawing;

/// <summary>Draws a scene.</summary>
internal static class SceneDrawing
{
    /// <summary>Draws it; the same picture for the same seed.</summary>
    /// <returns>Height x width x 3 bytes, red first.</returns>
    public static byte[] Draw(Scene scene, int width, int height, long seed)
    {
        var dice = new Dice(seed, Purpose.Drawing);
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(bitmap))
            Draw(canvas, scene, width, height, dice);
        var pixels = bitmap.GetPixelSpan();
        var picture = new byte[width * height * 3];
        for (var i = 0; i < width * height; i++)
            pixels.Slice(i * 4, 3).CopyTo(picture.AsSpan(i * 3));
        return picture;
    }

    private static void Draw(SKCanvas canvas, Scene scene, double width, double height, Dice dice)
    {
        var girls = scene.Girls;
        var above = girls.Any(girl => girl.Ears == "rabbit") ? -2.35
            : girls.Any(girl => girl.Ears is not null || girl.Hat is not null || girl.HasAhoge) ? -2.05
            : -1.5;
        // What must be seen, in a girl's own measure: her head's radius is 1, its centre 0.
        var (top, bottom, least) = scene.Framing switch
        {
            "full" => (above, 3.85, 3.0),
            "upper" => (Math.Max(above, -1.95) - 0.05, 2.16, 2.75),
            _ => (Math.Max(above, -1.75) - 0.02, 1.28, 2.35),
        };
        // Raised hands reach further out than anything else, and are what tells the pose.
        if (girls is [{ Pose: "up" or "waving" }])
            least = 3.3;
        var room = width / girls.Count;
        var scale = Math.Min(height / (bottom - top), room / least) * dice.Between(0.95, 1);
        var line = Math.Max(0.055 * dice.Between(0.85, 1.2), 0.9 / scale);
        var (middle, horizon) = (height - (bottom * scale), 0.66);
        if (scene.Framing == "full")
        {
            middle = ((height - ((bottom - top) * scale)) / 2) - (top * scale);
            horizon = Math.Min(0.9, (middle + (2.6 * scale)) / height);
            middle += dice.Between(-0.02, 0.02) * height;
        }
        using (var pen = new Pen(canvas, 1))
            BackgroundDrawing.Draw(pen, scene.Background, width, height, horizon, dice);

        for (var i = 0; i < girls.Count; i++)
        {
            using var restore = new SKAutoCanvasRestore(canvas);
            canvas.Translate((float)((room * (i + 0.5)) + (dice.Between(-0.03, 0.03) * room)), (float)middle);
            canvas.Scale((float)scale);
            using var pen = new Pen(canvas, line);
            new GirlDrawing(pen, girls[i], dice).Draw();
        }
    }
}
