using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Yaml;
using LoraBuild.Dataset.Edits;

namespace LoraBuild.Dataset.CharacterFiles;

/// <summary>
/// Reads places within a picture, and colours. Where all numbers of a place lie within 0..1 they are fractions, else whole pixels.
/// </summary>
/// <param name="values">Collects errors.</param>
internal sealed class GeometryReader(YamlValues values)
{
    /// <summary>The form of a rectangle in character.yaml, for messages.</summary>
    public const string RectangleExample = "[left, top, right, bottom]";

    /// <summary>A rectangle that is not empty.</summary>
    public Rectangle? Area(YamlNode node, string what)
    {
        if (values.Numbers(node, what, 4, RectangleExample) is not [var left, var top, var right, var bottom] numbers) return null;
        if (!OneUnit(node, what, numbers)) return null;
        if (right > left && bottom > top) return new Rectangle(left, top, right, bottom);
        values.Invalid(node, $"{what} is empty: {RectangleExample} needs right > left and bottom > top.");
        return null;
    }

    /// <summary>A circle.</summary>
    public CircleShape? Circle(YamlNode node)
    {
        if (values.Numbers(node, "circle", 3, "[x, y, radius]") is not [var x, var y, var radius] numbers) return null;
        if (!OneUnit(node, "circle", numbers)) return null;
        if (radius > 0) return new CircleShape(x, y, radius);
        values.Invalid(node, "circle must have a radius above 0: [x, y, radius].");
        return null;
    }

    /// <summary>A polygon of at least three points.</summary>
    public PolygonShape? Polygon(YamlNode node)
    {
        var items = values.Items(node, "polygon", "[[0, 0], [40, 0], [0, 40]]");
        var points = items.Select(item => values.Numbers(item, "A point of polygon", 2, "[x, y]")).ToArray();
        if (node is not YamlList || points.Contains(null) || !OneUnit(node, "polygon", [.. points.SelectMany(point => point!)]))
            return null;
        if (points.Length >= 3) return new PolygonShape(points!);
        values.Invalid(node, "polygon must have at least three points.");
        return null;
    }

    /// <summary>Four margins.</summary>
    public Margins? Margins(YamlNode node, string what) =>
        values.Numbers(node, what, 4, RectangleExample) is [var left, var top, var right, var bottom] numbers
            && OneUnit(node, what, numbers)
            ? new Margins(left, top, right, bottom)
            : null;

    /// <summary>A point: x and y.</summary>
    public double[]? Point(YamlNode node, string what) =>
        values.Numbers(node, what, 2, "[x, y]") is { } point && OneUnit(node, what, point) ? point : null;

    private bool OneUnit(YamlNode node, string what, double[] numbers)
    {
        if (numbers.All(number => number <= 1) || numbers.All(double.IsInteger)) return true;
        values.Invalid(
            node, $"{what} mixes pixels and fractions. Write whole pixels, or fractions of the picture, all of them from 0 to 1.");
        return false;
    }

    /// <summary>A colour, 0xRRGGBB; black where it is none.</summary>
    public int Colour(YamlNode node)
    {
        if (node is YamlScalar { IsNull: true })
            values.Invalid(node, "This must be a colour. In YAML an unquoted # begins a comment: write '#rrggbb' with quotes.");
        else if (values.Text(node, "to") is { } text)
        {
            if (Edits.Colour.TryParse(text, out var colour)) return colour;
            values.Invalid(
                node,
                $"'{text}' is no colour.{Nearest.Suggest(text, Edits.Colour.Names)} Write white, black, another CSS name, or '#rrggbb'.");
        }

        return 0;
    }
}
