using System.Globalization;
using System.Text;
using LoraBuild.Base.Geometry;
using LoraBuild.Base.Yaml;

namespace LoraBuild.Dataset.Edits;

/// <summary>The persons that a detector found in a picture file.</summary>
/// <param name="Path">The picture, as character.yaml would name it.</param>
/// <param name="Size">Upright, in pixels.</param>
/// <param name="Persons">From left to right.</param>
public sealed record DetectedPersons(string Path, PixelSize Size, IReadOnlyList<PersonBox> Persons);

/// <summary>Proposes edits for pictures by who is in them, as an <c>edits:</c> section that an author can take over.</summary>
public static class EditSuggestions
{
    private const double MarginShare = 0.05;
    private const double LargeShare = 0.8;

    /// <summary>
    /// YAML: a <c>split</c> for a picture of several persons, a <c>crop</c> for one person with much around her; each box with a margin of
    /// a twentieth of its size. A picture that a person fills gets nothing.
    /// </summary>
    public static string ToYaml(IEnumerable<DetectedPersons> pictures)
    {
        var text = new StringBuilder(
            """
            # Proposed by the person detector. Take over what is right: move it below `edits:` of character.yaml.
            edits:

            """);
        foreach (var picture in pictures)
        {
            var areas = picture.Persons.Select(person => WithMargin(person, picture.Size)).ToList();
            var names = NamesOf(areas.Count);
            if (areas.Count == 1 && ShareOf(areas[0], picture.Size) < LargeShare)
                text.Append(CultureInfo.InvariantCulture, $"  {YamlText.Scalar(picture.Path)}: {{crop: {Area(areas[0])}}}\n");
            else if (areas.Count > 1)
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"  {YamlText.Scalar(picture.Path)}: {{split: "
                    + $"{{{string.Join(", ", names.Zip(areas, (name, area) => $"{name}: {Area(area)}"))}}}}}\n");
        }

        return text.ToString();
    }

    private static Rectangle WithMargin(PersonBox person, PixelSize size)
    {
        double across = (person.Right - person.Left) * MarginShare, down = (person.Bottom - person.Top) * MarginShare;
        return new Rectangle(
            Math.Max(0, Math.Floor(person.Left - across)),
            Math.Max(0, Math.Floor(person.Top - down)),
            Math.Min(size.Width, Math.Ceiling(person.Right + across)),
            Math.Min(size.Height, Math.Ceiling(person.Bottom + down)));
    }

    private static double ShareOf(Rectangle area, PixelSize size) =>
        (area.Right - area.Left) * (area.Bottom - area.Top) / ((double)size.Width * size.Height);

    private static IReadOnlyList<string> NamesOf(int count) => count switch
    {
        2 => ["left", "right"],
        3 => ["left", "middle", "right"],
        _ => [.. Enumerable.Range(1, count).Select(number => string.Create(CultureInfo.InvariantCulture, $"p{number}"))],
    };

    private static string Area(Rectangle area) =>
        string.Create(CultureInfo.InvariantCulture, $"[{area.Left}, {area.Top}, {area.Right}, {area.Bottom}]");
}
