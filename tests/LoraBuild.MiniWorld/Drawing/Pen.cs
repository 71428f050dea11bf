using SkiaSharp;

namespace LoraBuild.MiniWorld.Drawing;

/// <summary>Draws filled shapes with outlines, and strokes with round ends.</summary>
internal sealed class Pen(SKCanvas canvas, double lineWidth) : IDisposable
{
    private readonly SKPaint paint = new() { IsAntialias = true, StrokeCap = SKStrokeCap.Round, StrokeJoin = SKStrokeJoin.Round };

    /// <summary>
    /// A closed shape with an outline, in the fill's own edge colour unless <paramref name="line"/> says otherwise. The fill may go over
    /// into another colour between two heights.
    /// </summary>
    public void Shape(
        Paint fill, ReadOnlySpan<Stretch> outline, Paint? line = null, double width = 1,
        (double Top, double Bottom, Paint Colour)? shade = null)
    {
        using var path = Path(outline, isClosed: true);
        if (shade is { } to)
            Fill(path, VerticalGradient((to.Top, fill), (to.Bottom, to.Colour)));
        else
            Fill(path, fill);
        Outline(path, line ?? fill.Edge, width);
    }

    /// <summary>A closed shape without an outline.</summary>
    public void Patch(Paint fill, ReadOnlySpan<Stretch> outline, double opacity = 1)
    {
        using var path = Path(outline, isClosed: true);
        Fill(path, fill, opacity);
    }

    /// <summary>An ellipse with an outline; without a fill the outline alone.</summary>
    public void Ellipse(double x, double y, double radiusX, double radiusY, Paint? fill, Paint? line = null, double width = 1)
    {
        using var path = Oval(x, y, radiusX, radiusY);
        if (fill is { } colour)
            Fill(path, colour);
        Outline(path, line ?? fill!.Value.Edge, width);
    }

    /// <summary>An ellipse without an outline.</summary>
    public void Spot(double x, double y, double radiusX, double radiusY, Paint fill, double opacity = 1)
    {
        using var path = Oval(x, y, radiusX, radiusY);
        Fill(path, fill, opacity);
    }

    /// <summary>An ellipse that goes from colour to colour downwards.</summary>
    public void ShadedEllipse(
        double x, double y, double radiusX, double radiusY, Paint line, double width,
        params ReadOnlySpan<(double Height, Paint Colour)> stops)
    {
        using var path = Oval(x, y, radiusX, radiusY);
        Fill(path, VerticalGradient(stops));
        Outline(path, line, width);
    }

    /// <summary>An arm, a leg or another thick line with round ends: along two points, or bent at the middle one of three.</summary>
    public void Limb(double width, Paint fill, ReadOnlySpan<(double X, double Y)> points, bool isSmooth = true)
    {
        using var path = new SKPath();
        var (start, end) = (points[0], points[^1]);
        path.MoveTo((float)start.X, (float)start.Y);
        if (points.Length == 3 && isSmooth)
        {
            var (first, second) = (Between(points[1], start, 0.7), Between(points[1], end, 0.7));
            path.CubicTo((float)first.X, (float)first.Y, (float)second.X, (float)second.Y, (float)end.X, (float)end.Y);
        }
        else
        {
            foreach (var (x, y) in points[1..])
                path.LineTo((float)x, (float)y);
        }
        Outline(path, fill.Edge, (width / lineWidth) + 1);
        Outline(path, fill, Math.Max(0.01, width - (lineWidth * 0.9)) / lineWidth);
    }

    /// <summary>An open line.</summary>
    public void Stroke(Paint colour, double width, params ReadOnlySpan<Stretch> line)
    {
        using var path = Path(line, isClosed: false);
        Outline(path, colour, width);
    }

    /// <summary>The whole canvas.</summary>
    public void Cover(Paint colour) => canvas.DrawColor(colour.ToSkia());

    /// <summary>The whole canvas, going from colour to colour downwards.</summary>
    public void Cover(params ReadOnlySpan<(double Height, Paint Colour)> stops)
    {
        using var shader = VerticalGradient(stops);
        Use(SKPaintStyle.Fill, new Paint());
        paint.Shader = shader;
        canvas.DrawPaint(paint);
        paint.Shader = null;
    }

    /// <inheritdoc/>
    public void Dispose() => paint.Dispose();

    /// <summary>A point so much of the way from <paramref name="to"/> to <paramref name="from"/>.</summary>
    public static (double X, double Y) Between((double X, double Y) from, (double X, double Y) to, double share) =>
        ((from.X * share) + (to.X * (1 - share)), (from.Y * share) + (to.Y * (1 - share)));

    private static SKPath Path(ReadOnlySpan<Stretch> outline, bool isClosed)
    {
        var path = new SKPath();
        path.MoveTo((float)outline[0].End.X, (float)outline[0].End.Y);
        foreach (var (end, first, second) in outline[1..])
        {
            if (first is { } one && second is { } two)
                path.CubicTo((float)one.X, (float)one.Y, (float)two.X, (float)two.Y, (float)end.X, (float)end.Y);
            else
                path.LineTo((float)end.X, (float)end.Y);
        }
        if (isClosed)
            path.Close();
        return path;
    }

    private static SKPath Oval(double x, double y, double radiusX, double radiusY)
    {
        var path = new SKPath();
        path.AddOval(SKRect.Create((float)(x - radiusX), (float)(y - radiusY), (float)(2 * radiusX), (float)(2 * radiusY)));
        return path;
    }

    private static SKShader VerticalGradient(params ReadOnlySpan<(double Height, Paint Colour)> stops)
    {
        var (top, bottom) = (stops[0].Height, stops[^1].Height);
        var colours = new SKColorF[stops.Length];
        var places = new float[stops.Length];
        for (var i = 0; i < stops.Length; i++)
            (colours[i], places[i]) = (stops[i].Colour.ToSkia(), (float)((stops[i].Height - top) / (bottom - top)));
        return SKShader.CreateLinearGradient(
            new SKPoint(0, (float)top), new SKPoint(0, (float)bottom), colours, null, places, SKShaderTileMode.Clamp);
    }

    private void Fill(SKPath path, Paint colour, double opacity = 1)
    {
        Use(SKPaintStyle.Fill, colour, opacity);
        canvas.DrawPath(path, paint);
    }

    private void Fill(SKPath path, SKShader shader)
    {
        using (shader)
        {
            Use(SKPaintStyle.Fill, new Paint());
            paint.Shader = shader;
            canvas.DrawPath(path, paint);
            paint.Shader = null;
        }
    }

    private void Outline(SKPath path, Paint colour, double width)
    {
        Use(SKPaintStyle.Stroke, colour);
        paint.StrokeWidth = (float)(lineWidth * width);
        canvas.DrawPath(path, paint);
    }

    private void Use(SKPaintStyle style, Paint colour, double opacity = 1)
    {
        paint.Style = style;
        paint.ColorF = colour.ToSkia(opacity);
    }
}
