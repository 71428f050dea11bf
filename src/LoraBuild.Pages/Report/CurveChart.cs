using System.Globalization;
using System.Text;

namespace LoraBuild.Pages.Report;

/// <summary>Lines over the steps of a training as SVG. The same values give the same text.</summary>
internal static class CurveChart
{
    private const int Width = 640, Height = 240, Left = 64, Right = 12, Top = 24, Bottom = 24;

    // More points than pixels only make the page long: each is the mean of as many neighbours as it takes.
    private const int MostPoints = Width - Left - Right;

    /// <summary>The chart, with 0 at its foot.</summary>
    /// <param name="title">The title of the chart.</param>
    /// <param name="curves">The lines, the last on top; each has at least one value, none below 0.</param>
    /// <param name="stepsPerEpoch">The distance of the lines between epochs, which are drawn if there is room for them.</param>
    public static string Svg(string title, IReadOnlyList<Curve> curves, int stepsPerEpoch)
    {
        var steps = curves.Max(curve => curve.Values.Count);
        var most = curves.Max(curve => Points(curve.Values).Max(point => point.Value));
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"        <svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{title} over {steps} steps, at most {most:G3}\">\n");
        svg.Append(
            CultureInfo.InvariantCulture,
            $"          <rect class=\"frame\" x=\"{Left}\" y=\"{Top}\" width=\"{Width - Left - Right}\" "
            + $"height=\"{Height - Top - Bottom}\"/>\n");
        for (var end = stepsPerEpoch; end < steps && steps / stepsPerEpoch <= MostPoints / 8; end += stepsPerEpoch)
            svg.Append(CultureInfo.InvariantCulture, $"          <path class=\"frame\" d=\"M{X(end, steps)} {Height - Bottom}v-6\"/>\n");
        Text(Left, 16, "start", title);
        Text(Left - 6, Top + 10, "end", string.Create(CultureInfo.InvariantCulture, $"{most:G3}"));
        Text(Left - 6, Height - Bottom, "end", "0");
        Text(Width - Right, Height - 8, "end", string.Create(CultureInfo.InvariantCulture, $"step {steps}"));
        foreach (var curve in curves)
        {
            svg.Append(CultureInfo.InvariantCulture, $"          <polyline class=\"{curve.Style}\" points=\"");
            svg.AppendJoin(' ', Points(curve.Values).Select(point => $"{X(point.Step, steps)},{Y(point.Value, most)}"));
            svg.Append("\"/>\n");
        }

        return svg.Append("        </svg>\n").ToString();

        void Text(int x, int y, string anchor, string text) =>
            svg.Append(CultureInfo.InvariantCulture, $"          <text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{text}</text>\n");
    }

    private static IEnumerable<(double Step, double Value)> Points(IReadOnlyList<double> values)
    {
        var size = (values.Count + MostPoints - 1) / MostPoints;
        return values.Select((value, index) => (Step: index + 1.0, Value: value)).Chunk(size)
            .Select(group => (group.Average(point => point.Step), group.Average(point => point.Value)));
    }

    private static string X(double step, int steps) => Number(Left + ((Width - Left - Right) * step / steps));

    private static string Y(double value, double most) => Number(Height - Bottom - (most > 0 ? (Height - Top - Bottom) * value / most : 0));

    private static string Number(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);
}

/// <summary>A line of a chart.</summary>
/// <param name="Name">The name of the curve's quantity.</param>
/// <param name="Style">The style sheet's class.</param>
/// <param name="Values">A value for each step.</param>
internal sealed record Curve(string Name, string Style, IReadOnlyList<double> Values);
