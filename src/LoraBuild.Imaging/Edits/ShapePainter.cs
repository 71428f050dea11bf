using System.Globalization;
using System.Runtime.InteropServices;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Edits;
using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Imaging.Edits;

/// <summary>Paints shapes with an opaque colour.</summary>
internal static class ShapePainter
{
    /// <summary>Paints in place.</summary>
    /// <exception cref="LoraBuildException">LB2003: the shape reaches outside.</exception>
    public static void Paint(Raster picture, Shape shape, int colour)
    {
        var ink = Ink(colour);
        switch (shape)
        {
            case RectangleShape rectangle:
                PaintRectangle(picture, PixelArea.Of(rectangle.Area, picture), ink);
                break;
            case CircleShape circle:
                PaintCircle(picture, circle, ink);
                break;
            case PolygonShape polygon:
                PaintPolygon(picture, polygon, ink);
                break;
            case FloodShape flood:
                PaintFlood(picture, flood, ink);
                break;
            default:
                throw new ArgumentException($"There is no shape {shape.GetType().Name}.", nameof(shape));
        }
    }

    /// <summary>The opaque pixel of a colour (0xRRGGBB), as it lies in memory.</summary>
    public static uint Ink(int colour) => MemoryMarshal.Read<uint>([(byte)(colour >> 16), (byte)(colour >> 8), (byte)colour, 255]);

    private static void PaintRectangle(Raster picture, PixelArea area, uint ink)
    {
        for (var y = area.Top; y < area.Bottom; y++)
            Pixels(picture, y)[area.Left..area.Right].Fill(ink);
    }

    private static void PaintCircle(Raster picture, CircleShape circle, uint ink)
    {
        var fractional = IsFraction(circle.X) && IsFraction(circle.Y) && IsFraction(circle.Radius);
        var (across, down) = fractional ? (picture.Width, picture.Height) : (1, 1);
        double x = circle.X * across, y = circle.Y * down, radius = circle.Radius * across;
        var name = string.Create(CultureInfo.InvariantCulture, $"circle [{circle.X}, {circle.Y}, {circle.Radius}]");
        if (!(radius > 0))
            throw new LoraBuildException(DiagnosticCode.EditOutsidePicture, $"The {name} has no radius. The order is x, y, radius.");
        if (!(x - radius >= 0 && y - radius >= 0 && x + radius <= picture.Width && y + radius <= picture.Height))
            throw PixelArea.Outside(name, picture);
        for (var row = (int)(y - radius); row < Math.Min(picture.Height, y + radius); row++)
        {
            var rise = row + 0.5 - y;
            if (Math.Abs(rise) <= radius)
                PaintSpan(picture, row, x - Math.Sqrt(radius * radius - rise * rise), x + Math.Sqrt(radius * radius - rise * rise), ink);
        }
    }

    private static void PaintPolygon(Raster picture, PolygonShape polygon, uint ink)
    {
        var fractional = polygon.Points.All(point => point.All(IsFraction));
        var (across, down) = fractional ? (picture.Width, picture.Height) : (1, 1);
        var points = polygon.Points.Select(point => (X: point[0] * across, Y: point[1] * down)).ToArray();
        var name = $"polygon of {points.Length} points";
        if (points.Length < 3)
            throw new LoraBuildException(
                DiagnosticCode.EditOutsidePicture, $"The {name} has no area. A polygon takes at least three points.");
        if (!points.All(point => point.X >= 0 && point.X <= picture.Width && point.Y >= 0 && point.Y <= picture.Height))
            throw PixelArea.Outside(name, picture);
        var crossings = new List<double>();
        for (var row = (int)points.Min(point => point.Y); row < Math.Min(picture.Height, points.Max(point => point.Y)); row++)
        {
            var y = row + 0.5;
            crossings.Clear();
            for (var i = 0; i < points.Length; i++)
            {
                var (a, b) = (points[i], points[(i + 1) % points.Length]);
                if (a.Y <= y != b.Y <= y)
                    crossings.Add(a.X + (y - a.Y) / (b.Y - a.Y) * (b.X - a.X));
            }
            crossings.Sort();
            for (var i = 0; i + 1 < crossings.Count; i += 2)
                PaintSpan(picture, row, crossings[i], crossings[i + 1], ink);
        }
    }

    private static void PaintFlood(Raster picture, FloodShape flood, uint ink)
    {
        var fractional = IsFraction(flood.X) && IsFraction(flood.Y);
        var x = fractional ? Math.Min(Math.Floor(flood.X * picture.Width), picture.Width - 1) : Math.Floor(flood.X);
        var y = fractional ? Math.Min(Math.Floor(flood.Y * picture.Height), picture.Height - 1) : Math.Floor(flood.Y);
        if (!(x >= 0 && y >= 0 && x < picture.Width && y < picture.Height))
            throw PixelArea.Outside(string.Create(CultureInfo.InvariantCulture, $"flood from [{flood.X}, {flood.Y}]"), picture);
        FloodFill.Paint(picture, (int)x, (int)y, flood.Tolerance, ink);
    }

    /// <summary>Paints the pixels of a row whose centres lie from <paramref name="from"/> to <paramref name="to"/>.</summary>
    private static void PaintSpan(Raster picture, int row, double from, double to, uint ink)
    {
        var first = Math.Max(0, (int)Math.Ceiling(from - 0.5));
        var end = Math.Min(picture.Width, (int)Math.Floor(to - 0.5) + 1);
        if (first < end)
            Pixels(picture, row)[first..end].Fill(ink);
    }

    private static Span<uint> Pixels(Raster picture, int row) => MemoryMarshal.Cast<byte, uint>(picture.Row(row));

    private static bool IsFraction(double value) => value is >= 0 and <= 1;
}
