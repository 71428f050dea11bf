namespace LoraBuild.MiniWorld.Drawing;

/// <summary>A piece of an outline, from where the last one ended: a line, or a cubic Bezier curve.</summary>
internal readonly record struct Stretch((double X, double Y) End, (double X, double Y)? First = null, (double X, double Y)? Second = null)
{
    /// <summary>A line to a point.</summary>
    public static implicit operator Stretch((double X, double Y) end) => new(end);

    /// <summary>A curve by two control points and its end.</summary>
    public static implicit operator Stretch(((double X, double Y) First, (double X, double Y) Second, (double X, double Y) End) curve) =>
        new(curve.End, curve.First, curve.Second);
}
