using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Base.Text;
using LoraBuild.Base.Yaml;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Edits;
using LoraBuild.Dataset.Outfits;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.CharacterFiles;

/// <summary>Reads what stands under a picture's key in <c>edits:</c> and <c>tags:</c>.</summary>
/// <param name="values">Collects errors.</param>
/// <param name="outfits">The names of the character's outfits.</param>
internal sealed class EditReader(YamlValues values, IReadOnlyList<string> outfits)
{
    private const int DefaultTolerance = 32;
    private const int DefaultTrimTolerance = 10;
    private const int DefaultEdge = 2;
    private const int WidestEdge = 16;
    private const double FullTurn = 360;
    private const string RectangleExample = GeometryReader.RectangleExample;

    private readonly GeometryReader geometry = new(values);

    /// <summary>
    /// A picture's edits in the order in which they are written: a mapping, or a list of mappings where an edit comes twice.
    /// </summary>
    /// <param name="key">The picture.</param>
    /// <param name="node">The edits.</param>
    public IReadOnlyList<EditStep> Steps(YamlScalar key, YamlNode node)
    {
        if (node is YamlScalar { IsNull: true } or YamlMapping { Entries.Count: 0 } or YamlList { Items.Count: 0 })
            values.NoEffect(key, $"The entry '{key.Text}' of edits has no effect: it names no edit.");
        (EditStep Step, YamlNode At)[] steps = node is YamlList list ? [.. list.Items.SelectMany(StepsOf)] : [.. StepsOf(node)];
        foreach (var (first, second) in steps.Zip(steps.Skip(1)))
        {
            if (Cancel(first.Step, second.Step))
                values.NoEffect(second.At, "This edit and the one before it have no effect: together they leave the picture as it is.");
        }

        return [.. steps.Select(entry => entry.Step)];
    }

    private static bool Cancel(EditStep first, EditStep second) => (first, second) switch
    {
        (ApplyStep { Edit: FlipEdit one }, ApplyStep { Edit: FlipEdit other }) => one == other,
        // Quarter turns change no pixel; others leave corners.
        (ApplyStep { Edit: RotateEdit one }, ApplyStep { Edit: RotateEdit other }) =>
            one.Degrees % 90 == 0 && one.Degrees > 0 && one.Degrees + other.Degrees == FullTurn,
        _ => false,
    };

    private IEnumerable<(EditStep Step, YamlNode At)> StepsOf(YamlNode node)
    {
        var fields = values.Fields(
            node, "An entry of edits", "crop", "split", "erase", "pad", "flip", "rotate", "trim", "background");
        foreach (var (key, value) in fields)
        {
            if (key == "split")
                yield return (new SplitStep(Parts(value)), value);
            else
                foreach (var edit in EditsOf(key, value))
                    yield return (new ApplyStep(edit), value);
        }
    }

    private IEnumerable<Edit> EditsOf(string key, YamlNode value)
    {
        if (key == "erase")
        {
            if (value is YamlScalar { IsNull: true } or YamlList { Items.Count: 0 })
                values.NoEffect(value, "This erase has no effect: it names no shape.");
            return values.Items(value, "erase", "[{rect: [0, 0, 90, 40], to: white}]").Select(Erase).OfType<Edit>().ToList();
        }

        Edit? edit = key switch
        {
            "crop" => geometry.Area(value, "crop") is { } area ? new CropEdit(area) : null,
            "pad" => Pad(value),
            "flip" => Flip(value),
            "rotate" => Rotate(value),
            "trim" => Trim(value),
            _ => Background(value),
        };
        if (edit is CropEdit { Area: { Left: 0, Top: 0, Right: 1, Bottom: 1 } } or RotateEdit { Degrees: 0 }
            or PadEdit { Sides: { Left: 0, Top: 0, Right: 0, Bottom: 0 } })
            values.NoEffect(value, $"This {key} has no effect: it leaves the picture as it is.");
        return edit is null ? [] : [edit];
    }

    /// <summary>An entry of <c>tags:</c>.</summary>
    public TagEdit TagEdit(YamlNode node)
    {
        var fields = values.Fields(node, "An entry of tags", "add", "remove", "replace");
        var (add, remove) = (Tags("add"), Tags("remove"));
        values.TellShared(remove, add.Select(entry => entry.Tag), "stands under remove and under add, which comes last. Keep one of them.");
        var replace = new Dictionary<string, string>(Tag.Comparer);
        foreach (var (key, value) in fields.TryGetValue("replace", out var pairs) ? values.Entries(pairs, "replace") : [])
        {
            if (values.OneTag(key, "A key of replace") is not { } old
                || values.OneTag(value, $"What replaces '{old}'") is not { } replacement)
                continue;
            if (Tag.Comparer.Equals(old, replacement))
                values.NoEffect(key, $"'{old}' is replaced by itself, which changes nothing. Correct it, or remove it.");
            else
                replace[old] = replacement;
        }

        values.TellShared(remove, replace.Keys, "stands under remove, which comes first, and under replace. Keep one of them.");
        return new TagEdit([.. add.Select(entry => entry.Tag)], [.. remove.Select(entry => entry.Tag)], replace);

        IReadOnlyList<(string Tag, YamlNode At)> Tags(string key) =>
            fields.TryGetValue(key, out var list) ? values.TagsAt(list, key) : [];
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
            if (InnerPath.NameFault(name) is { } fault)
            {
                values.Invalid(
                    key, $"The name of a part becomes a part of file names, and '{name}' {fault}. Give it a short name such as left.");
                continue;
            }

            if (value is not YamlMapping)
            {
                if (geometry.Area(value, $"The part '{name}'") is { } only) parts.Add(new SplitPart(name, only));
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
            if (geometry.Area(areaNode, "area") is { } area) parts.Add(new SplitPart(name, area, outfit, repeats, tags, hidden));
        }

        return parts;
    }

    private string? Outfit(YamlNode node)
    {
        if (values.Text(node, "outfit") is not { } text) return null;
        var name = NormalText.Visible(text);
        if (outfits.FirstOrDefault(outfit => Tag.Comparer.Equals(outfit, name)) is { } known) return known;
        if (Tag.Comparer.Equals(name, OutfitChooser.None)) return OutfitChooser.None;
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

        if (fields.TryGetValue("tolerance", out var toleranceNode) && shapes[0] != "flood")
            values.Invalid(toleranceNode, "tolerance belongs to flood.");
        var tolerance = Level(fields, "tolerance", DefaultTolerance, 255);

        var colour = fields.TryGetValue("to", out var to) ? geometry.Colour(to) : 0xFFFFFF;
        var shape = fields[shapes[0]];
        return shapes[0] switch
        {
            "rect" when geometry.Area(shape, "rect") is { } area => new EraseEdit(new RectangleShape(area), colour),
            "circle" when geometry.Circle(shape) is { } circle => new EraseEdit(circle, colour),
            "polygon" when geometry.Polygon(shape) is { } polygon => new EraseEdit(polygon, colour),
            "flood" when geometry.Point(shape, "flood") is [var x, var y] => new EraseEdit(new FloodShape(x, y, tolerance), colour),
            _ => null,
        };
    }

    private PadEdit? Pad(YamlNode node)
    {
        if (node is not YamlMapping) return PadBy(node, 0xFFFFFF);
        var fields = values.Fields(node, "pad", "sides", "to");
        var colour = fields.TryGetValue("to", out var to) ? geometry.Colour(to) : 0xFFFFFF;
        if (fields.TryGetValue("sides", out var sides)) return PadBy(sides, colour);
        values.Error(DiagnosticCode.MissingKey, node, "pad has no sides. Add 'sides: square' or 'sides: [left, top, right, bottom]'.");
        return null;
    }

    private PadEdit? PadBy(YamlNode sides, int colour)
    {
        if (sides is YamlScalar { Text: "square" }) return new PadEdit(null, colour);
        if (sides is YamlList) return geometry.Margins(sides, "pad") is { } margins ? new PadEdit(margins, colour) : null;
        values.Invalid(sides, $"pad must be square or {RectangleExample}.");
        return null;
    }

    private FlipEdit? Flip(YamlNode node)
    {
        if (node is YamlScalar scalar && Enum.TryParse<FlipDirection>(scalar.Text, ignoreCase: true, out var direction)
            && !int.TryParse(scalar.Text, out _))
            return new FlipEdit(direction);
        values.Invalid(node, "flip must be horizontal (left and right change places) or vertical.");
        return null;
    }

    private RotateEdit? Rotate(YamlNode node)
    {
        if (node is not YamlMapping) return Degrees(node) is { } only ? new RotateEdit(only) : null;
        var fields = values.Fields(node, "rotate", "by", "to");
        var colour = fields.TryGetValue("to", out var to) ? geometry.Colour(to) : 0xFFFFFF;
        if (fields.TryGetValue("by", out var by)) return Degrees(by) is { } degrees ? new RotateEdit(degrees, colour) : null;
        values.Error(DiagnosticCode.MissingKey, node, "rotate has no angle. Add 'by: DEGREES', clockwise.");
        return null;
    }

    // An angle and its complement are the same turn: -90 and 270 have one key, and 360 turns nothing.
    private double? Degrees(YamlNode node)
    {
        if (node is YamlScalar scalar && YamlNumber.TryParse(scalar.Text, out var degrees) && Math.Abs(degrees) <= FullTurn)
            return ((degrees % FullTurn) + FullTurn) % FullTurn;
        values.Invalid(node, "rotate must be degrees clockwise, from -360 to 360, such as 90 or -2.5.");
        return null;
    }

    private TrimEdit? Trim(YamlNode node)
    {
        if (node is not YamlMapping)
        {
            var isWanted = values.Boolean(node, "trim");
            if (isWanted == false)
                values.NoEffect(node, "This trim has no effect: it is false. Remove it, or write true.");
            return isWanted == true ? new TrimEdit(DefaultTrimTolerance) : null;
        }

        var fields = values.Fields(node, "trim", "tolerance");
        return new TrimEdit(Level(fields, "tolerance", DefaultTrimTolerance, 255));
    }

    private BackgroundEdit Background(YamlNode node)
    {
        if (node is not YamlMapping) return new BackgroundEdit(geometry.Colour(node), DefaultTolerance, DefaultEdge, ByFlood: false);
        var fields = values.Fields(node, "background", "to", "tolerance", "edge", "by");
        var (byFlood, byModel) = (false, false);
        if (fields.TryGetValue("by", out var by))
        {
            (byFlood, byModel) = (by is YamlScalar { Text: "flood" }, by is YamlScalar { Text: "model" });
            if (!byFlood && !byModel)
                values.Invalid(
                    by, "by must be model (the project's BackgroundModel, where it has one) or flood (from the border, by colour).");
        }

        return new BackgroundEdit(
            fields.TryGetValue("to", out var to) ? geometry.Colour(to) : 0xFFFFFF,
            Level(fields, "tolerance", DefaultTolerance, 255),
            Level(fields, "edge", DefaultEdge, WidestEdge),
            byFlood) { ByModel = byModel };
    }

    private int Level(OrderedDictionary<string, YamlNode> fields, string key, int usual, int most) =>
        fields.TryGetValue(key, out var node) ? values.Integer(node, key, 0, most) ?? usual : usual;
}
