using LoraBuild.Core.Diagnostics;
using LoraBuild.Core.Edits;
using LoraBuild.Core.Tags;

namespace LoraBuild.Core.Characters;

/// <summary>Reads what stands under a picture's key in <c>edits:</c> and <c>tags:</c>.</summary>
/// <param name="values">Collects errors.</param>
/// <param name="outfits">The names of the character's outfits.</param>
internal sealed class EditReader(YamlValues values, IReadOnlyList<string> outfits)
{
    private const int DefaultTolerance = 32;
    private const string RectangleExample = "[left, top, right, bottom]";

    /// <summary>A picture's edits in the order in which they are written.</summary>
    public IReadOnlyList<EditStep> Steps(YamlNode node)
    {
        var fields = values.Fields(node, "An entry of edits", "crop", "split", "erase");
        var steps = new List<EditStep>();
        foreach (var (key, value) in fields)
        {
            switch (key)
            {
                case "crop" when Area(value, "crop") is { } area:
                    steps.Add(new ApplyStep(new CropEdit(area)));
                    break;
                case "split":
                    steps.Add(new SplitStep(Parts(value)));
                    break;
                case "erase":
                    foreach (var item in values.Items(value, "erase", "[{rect: [0, 0, 90, 40], to: white}]"))
                        if (Erase(item) is { } edit) steps.Add(new ApplyStep(edit));
                    break;
            }
        }

        return steps;
    }

    /// <summary>An entry of <c>tags:</c>.</summary>
    public TagEdit TagEdit(YamlNode node)
    {
        var fields = values.Fields(node, "An entry of tags", "add", "remove", "replace");
        var replace = new Dictionary<string, string>(Tag.Comparer);
        if (fields.TryGetValue("replace", out var pairs))
        {
            foreach (var (key, value) in values.Entries(pairs, "replace"))
                if (values.OneTag(key, "A key of replace") is { } old && values.OneTag(value, $"What replaces '{old}'") is { } replacement)
                    replace[old] = replacement;
        }

        return new TagEdit(Tags("add"), Tags("remove"), replace);

        IReadOnlyList<string> Tags(string key) => fields.TryGetValue(key, out var list) ? values.Tags(list, key) : [];
    }

    private List<SplitPart> Parts(YamlNode node)
    {
        var parts = new List<SplitPart>();
        var entries = values.Entries(node, "split");
        if (node is YamlMapping { Entries.Count: 0 } or YamlScalar { IsNull: true })
            values.Invalid(node, "split must name its parts, such as {left: [0, 0, 0.5, 1], right: [0.5, 0, 1, 1]}.");
        foreach (var (key, value) in entries)
        {
            if (values.Text(key, "The name of a part") is not { } name) continue;
            if (value is not YamlMapping)
            {
                if (Area(value, $"The part '{name}'") is { } only) parts.Add(new SplitPart(name, only));
                continue;
            }

            var fields = values.Fields(value, $"The part '{name}'", "area", "outfit", "repeats", "tags", "hidden");
            if (!fields.TryGetValue("area", out var areaNode))
            {
                values.Error(DiagnosticCode.MissingKey, value, $"The part '{name}' has no area. Add 'area: {RectangleExample}'.");
                continue;
            }

            var outfit = fields.TryGetValue("outfit", out var outfitNode) ? Outfit(outfitNode) : null;
            var repeats = fields.TryGetValue("repeats", out var repeatsNode)
                ? values.Integer(repeatsNode, "repeats", 1, PictureResolver.MostRepeats)
                : null;
            var tags = fields.TryGetValue("tags", out var tagsNode) ? TagEdit(tagsNode) : null;
            var hidden = fields.TryGetValue("hidden", out var hiddenNode) ? values.Tags(hiddenNode, "hidden") : null;
            if (Area(areaNode, "area") is { } area) parts.Add(new SplitPart(name, area, outfit, repeats, tags, hidden));
        }

        return parts;
    }

    private string? Outfit(YamlNode node)
    {
        if (values.Text(node, "outfit") is not { } name) return null;
        if (outfits.FirstOrDefault(outfit => Tag.Comparer.Equals(outfit, name)) is { } known) return known;
        values.Error(DiagnosticCode.UnknownReference, node, $"The character has no outfit '{name}'.{Nearest.Suggest(name, outfits)}");
        return null;
    }

    private EraseEdit? Erase(YamlNode node)
    {
        var fields = values.Fields(node, "An entry of erase", "rect", "circle", "polygon", "flood", "to", "tolerance");
        var shapes = fields.Keys.Where(key => key is "rect" or "circle" or "polygon" or "flood").ToArray();
        if (shapes.Length != 1)
        {
            if (node is YamlMapping) values.Invalid(node, "An entry of erase must have one shape: rect, circle, polygon or flood.");
            return null;
        }

        var tolerance = DefaultTolerance;
        if (fields.TryGetValue("tolerance", out var toleranceNode))
        {
            if (shapes[0] != "flood") values.Invalid(toleranceNode, "tolerance belongs to flood.");
            tolerance = values.Integer(toleranceNode, "tolerance", 0, 255) ?? DefaultTolerance;
        }

        var colour = fields.TryGetValue("to", out var to) ? ColourOf(to) : 0xFFFFFF;
        var shape = fields[shapes[0]];
        return shapes[0] switch
        {
            "rect" when Area(shape, "rect") is { } area => new EraseEdit(new RectangleShape(area), colour),
            "circle" when Circle(shape) is { } circle => new EraseEdit(circle, colour),
            "polygon" when Polygon(shape) is { } polygon => new EraseEdit(polygon, colour),
            "flood" when Point(shape, "flood") is [var x, var y] => new EraseEdit(new FloodShape(x, y, tolerance), colour),
            _ => null,
        };
    }

    private Rectangle? Area(YamlNode node, string what)
    {
        if (values.Numbers(node, what, 4, RectangleExample) is not [var left, var top, var right, var bottom] numbers) return null;
        if (!OneUnit(node, what, numbers)) return null;
        if (right > left && bottom > top) return new Rectangle(left, top, right, bottom);
        values.Invalid(node, $"{what} is empty: {RectangleExample} needs right > left and bottom > top.");
        return null;
    }

    private CircleShape? Circle(YamlNode node)
    {
        if (values.Numbers(node, "circle", 3, "[x, y, radius]") is not [var x, var y, var radius] numbers) return null;
        if (!OneUnit(node, "circle", numbers)) return null;
        if (radius > 0) return new CircleShape(x, y, radius);
        values.Invalid(node, "circle must have a radius above 0: [x, y, radius].");
        return null;
    }

    private PolygonShape? Polygon(YamlNode node)
    {
        var items = values.Items(node, "polygon", "[[0, 0], [40, 0], [0, 40]]");
        var points = items.Select(item => values.Numbers(item, "A point of polygon", 2, "[x, y]")).ToArray();
        if (node is not YamlList || points.Contains(null) || !OneUnit(node, "polygon", [.. points.SelectMany(point => point!)])) return null;
        if (points.Length >= 3) return new PolygonShape(points!);
        values.Invalid(node, "polygon must have at least three points.");
        return null;
    }

    private double[]? Point(YamlNode node, string what) =>
        values.Numbers(node, what, 2, "[x, y]") is { } point && OneUnit(node, what, point) ? point : null;

    // Where all numbers lie within 0..1 they are fractions of the picture, else whole pixels.
    private bool OneUnit(YamlNode node, string what, double[] numbers)
    {
        if (numbers.All(number => number <= 1) || numbers.All(double.IsInteger)) return true;
        values.Invalid(node, $"{what} mixes pixels and fractions. Write whole pixels, or fractions of the picture, all of them from 0 to 1.");
        return false;
    }

    private int ColourOf(YamlNode node)
    {
        if (node is YamlScalar { IsNull: true })
            values.Invalid(node, "to must be a colour. In YAML an unquoted # begins a comment: write '#rrggbb' with quotes.");
        else if (values.Text(node, "to") is { } text)
        {
            if (Colour.TryParse(text, out var colour)) return colour;
            values.Invalid(node, $"'{text}' is no colour.{Nearest.Suggest(text, Colour.Names)} Write white, black, another CSS name, or '#rrggbb'.");
        }

        return 0;
    }
}
