using System.Globalization;
using System.Net;
using System.Text;
using System.Xml.Linq;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Hashing;
using LoraBuild.Pages.Report;

namespace LoraBuild.Pages.Evaluation;

/// <summary>
/// The evaluation as one HTML file that needs no other and no script: the figures with their intervals, and every picture with what the
/// tagger saw in it. Each picture links to its PNG in the evaluation's folder. The same report gives the same bytes.
/// </summary>
public static class EvaluationPage
{
    /// <summary>The file's name within the evaluation's folder.</summary>
    public const string Name = "index.html";

    /// <summary>The longer side of a thumbnail in pixels.</summary>
    public const int ThumbnailSide = 192;

    private const string StyleFile = "Evaluation/evaluation.css";
    private const int Version = 2;
    private const double TrackWidth = 220, TrackHeight = 22, Margin = 6;

    private static readonly string Style = ReportPage.Style + Read(StyleFile);

    /// <summary>The hash of the page without its data, for keys.</summary>
    public static ContentHash Template { get; } = ContentHash.Of(FormattableString.Invariant($"{Version} {Style}"));

    /// <summary>Writes the page in UTF-8.</summary>
    /// <param name="target">The file to write.</param>
    /// <param name="report">The evaluation that the page shows.</param>
    /// <param name="thumbnailOf">The thumbnail of a picture, by <see cref="SeenPicture.File"/>.</param>
    public static void Write(Stream target, EvaluationReport report, Func<string, EvaluationThumbnail> thumbnailOf)
    {
        // Between the tags of a style sheet nothing is escaped in HTML, as it would be in XML.
        target.Write(Encoding.UTF8.GetBytes(
            $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{WebUtility.HtmlEncode(LegibleText.OneLine(report.Title))}: evaluation</title>
            <style>
            {Style}</style>
            </head>
            {Written(Body(report, thumbnailOf))}
            </html>

            """));
    }

    // XML has no way to write what a line of text cannot show.
    private static string Written(XElement body)
    {
        foreach (var element in body.DescendantsAndSelf())
        {
            foreach (var text in element.Nodes().OfType<XText>())
                text.Value = LegibleText.OneLine(text.Value);
            foreach (var attribute in element.Attributes())
                attribute.Value = LegibleText.OneLine(attribute.Value);
        }

        return body.ToString(SaveOptions.DisableFormatting);
    }

    private static XElement Body(EvaluationReport report, Func<string, EvaluationThumbnail> thumbnailOf) => new(
        "body",
        new XElement(
            "header", new XElement("h1", $"{report.Title}: evaluation of {report.Lora}"),
            new XElement("p", new XAttribute("id", "summary"), Summary(report))),
        new XElement(
            "main",
            Verdict(report),
            report.Notes.Select(note => new XElement("p", new XAttribute("class", "note"), note)),
            report.Epochs.Count == 0 ? null : Epochs(report),
            report.Characters.Select(character => Character(report, character, thumbnailOf))));

    private static string Summary(EvaluationReport report)
    {
        var conditions = report.Conditions;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{conditions.Samples} prompts a family, {conditions.Width}x{conditions.Height}, {conditions.Sampler}, {conditions.Steps} "
            + $"steps, scale {conditions.Guidance}, seeds from {conditions.Seed}; a tag is seen from a score of {conditions.Threshold} on. "
            + $"Ranges are 95 % bootstrap intervals.");
    }

    private static XElement? Verdict(EvaluationReport report)
    {
        if (report.Missed.Count > 0)
            return new XElement("ul", new XAttribute("class", "missed"), report.Missed.Select(missed => new XElement("li", missed)));
        return report.Bounds is (null, null, null)
            ? null
            : new XElement("p", new XAttribute("class", "passed"), "It reaches what the project asks of it.");
    }

    private static XElement Epochs(EvaluationReport report) => new(
        "section",
        new XElement("h2", "Epochs"),
        Table(
            "Score: identity times obedience (at most 1), minus leakage",
            ["File", "Identity", "Obedience of the base's own", "Leakage above base", "Score"],
            report.Epochs.Select(epoch => Row(
                epoch.File == report.Lora ? new XElement("strong", $"{epoch.File} (chosen)") : epoch.File,
                [Told(epoch.Identity), Told(epoch.Obedience), Told(epoch.Leakage), Told(epoch.Score)]))));

    private static XElement Character(
        EvaluationReport report, CharacterEvaluation character, Func<string, EvaluationThumbnail> thumbnailOf) => new(
        "section",
        new XElement("h2", character.Trigger),
        new XElement("div", new XAttribute("class", "tables"), Figures(report.Bounds, character), Features(character)),
        BeyondTheBase(character),
        character.Cases.GroupBy(result => result.Case.Family).Select(family => Pictures(character, family.Key, [.. family], thumbnailOf)));

    // What it cannot draw for anyone says nothing of the LoRA, but widens the interval.
    private static XElement? BeyondTheBase(CharacterEvaluation character)
    {
        var obedience = character.Cases.Where(result => result.Case.Family == EvaluationFamily.Obedience).ToList();
        var failed = obedience.Where(result => result.Base.Asked.Count < result.Case.Asked.Count).ToList();
        return failed.Count == 0
            ? null
            : new XElement(
                "p",
                new XAttribute("class", "quiet"),
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"In {failed.Count} of {obedience.Count} pictures of obedience the base model itself does not show what was asked "
                    + $"for: "),
                string.Join(", ", failed.SelectMany(result => result.Case.Asked.Except(result.Base.Asked)).Distinct()),
                ".");
    }

    private static XElement Figures(EvaluationBounds bounds, CharacterEvaluation character) => Table(
        "Mean recall, with the LoRA (filled) and without (hollow)",
        ["", "LoRA", "Base", "", "Bound"],
        [
            .. Compared("Identity: her features for the trigger word alone", character.Identity, bounds.MinIdentity, "at least"),
            .. Compared("Obedience: what else is asked for", character.Obedience, null, ""),
            .. character.ObedienceByKind.SelectMany(kind => Compared($"– {kind.Name.ToLowerInvariant()}", kind, null, "")),
            .. Single("– as a share of the base model's own", character.ObedienceOfBase, bounds.MinObedience, "at least"),
            .. Compared("– her features meanwhile", character.IdentityKept, null, ""),
            .. Compared("Outfits: their garments", character.Outfits, null, ""),
            .. character.OutfitsByName.SelectMany(outfit => Compared($"– {outfit.Name}", outfit, null, "")),
            .. Compared("Leakage: her features without the trigger word", character.Leakage, null, ""),
            .. Single("– above the base model's", character.LeakageAboveBase, bounds.MaxLeakage, "at most"),
        ]);

    private static IEnumerable<XElement> Compared(string name, FamilyScore? score, double? bound, string side) => score is null
        ? []
        : [Row(name, [score.Lora.ToString(), score.Base.ToString(), Track(score.Lora, score.Base), Bound(bound, side)])];

    private static IEnumerable<XElement> Single(string name, Interval? figure, double? bound, string side) => figure is null
        ? []
        : [Row(name, [figure.ToString(), "", "", Bound(bound, side)])];

    private static XElement Features(CharacterEvaluation character) => Table(
        "Her features, for the trigger word alone",
        ["Feature", "LoRA", "Base", "Her pictures"],
        character.Features.Select(feature => Row(feature.Tag, [Told(feature.Lora), Told(feature.Base), Told(feature.Dataset)])));

    private static XElement Pictures(
        CharacterEvaluation character, EvaluationFamily family, IReadOnlyList<CaseResult> cases,
        Func<string, EvaluationThumbnail> thumbnailOf) => new(
        "section",
        new XElement("h3", $"{family}"),
        new XElement(
            "ul",
            new XAttribute("class", "cases"),
            cases.Select(result => new XElement(
                "li",
                new XElement(
                    "div",
                    new XAttribute("class", "pair"),
                    Figure("LoRA", result.Case.Prompt, result.Lora, thumbnailOf),
                    Figure("Base", result.Case.BasePrompt, result.Base, thumbnailOf)),
                Seen(character, result)))));

    private static XElement Figure(string model, string prompt, SeenPicture picture, Func<string, EvaluationThumbnail> thumbnailOf)
    {
        var thumbnail = thumbnailOf(picture.File);
        return new XElement(
            "figure",
            new XElement(
                "a",
                new XAttribute("href", picture.File),
                new XElement(
                    "img",
                    new XAttribute("src", $"data:image/jpeg;base64,{Convert.ToBase64String(thumbnail.Image)}"),
                    new XAttribute("width", thumbnail.Width),
                    new XAttribute("height", thumbnail.Height),
                    new XAttribute("alt", $"{model}: {prompt}"))),
            new XElement("figcaption", new XElement("b", model), $" {prompt}"));
    }

    private static XElement Seen(CharacterEvaluation character, CaseResult result) => new(
        "p",
        new XAttribute("class", "quiet"),
        string.Create(CultureInfo.InvariantCulture, $"Seed {result.Case.Seed}. "),
        result.Case.Asked.Count == 0 ? null : new object[] { "Asked for: ", Marked(result.Case.Asked, result.Lora.Asked), ". " },
        "Her features: ",
        Marked([.. character.Features.Select(feature => feature.Tag)], result.Lora.Features),
        ".");

    // What the LoRA's picture shows, and, struck through, what it does not.
    private static IEnumerable<object> Marked(IReadOnlyList<string> tags, IReadOnlyList<string> seen) => tags.SelectMany((tag, index) =>
        (object[])[index == 0 ? "" : ", ", new XElement(seen.Contains(tag) ? "ins" : "del", tag)]);

    private static XElement Track(Interval lora, Interval other)
    {
        return new XElement(
            "svg",
            Attributes(
                ("class", "track"), ("width", TrackWidth), ("height", TrackHeight), ("role", "img"),
                ("aria-label", $"{lora} against {other}")),
            new XElement(
                "line", Attributes(
                    ("x1", Margin), ("x2", TrackWidth - Margin), ("y1", TrackHeight / 2), ("y2", TrackHeight / 2), ("class", "axis"))),
            Mark(lora, TrackHeight * 0.3, "lora"),
            Mark(other, TrackHeight * 0.7, "base"));

        static IEnumerable<XElement> Mark(Interval interval, double y, string name)
        {
            yield return new XElement(
                "line", Attributes(("x1", X(interval.Low)), ("x2", X(interval.High)), ("y1", y), ("y2", y), ("class", name)));
            yield return new XElement("circle", Attributes(("cx", X(interval.Value)), ("cy", y), ("r", 4), ("class", name)));
        }

        static double X(double share) => Math.Round(Margin + (share * (TrackWidth - (2 * Margin))), 1);
    }

    private static IEnumerable<XAttribute> Attributes(params IEnumerable<(string Name, object Value)> attributes) =>
        attributes.Select(attribute => new XAttribute(attribute.Name, Convert.ToString(attribute.Value, CultureInfo.InvariantCulture)!));

    private static XElement Table(string caption, IReadOnlyList<string> head, IEnumerable<XElement> rows) => new(
        "table",
        new XElement("caption", caption),
        new XElement("thead", new XElement("tr", head.Select(name => new XElement("th", new XAttribute("scope", "col"), name)))),
        new XElement("tbody", rows));

    private static XElement Row(object name, IEnumerable<object> cells) => new(
        "tr",
        new XElement("th", new XAttribute("scope", "row"), name),
        cells.Select(cell => new XElement("td", new XAttribute("class", "number"), cell)));

    private static string Bound(double? bound, string side) =>
        bound is { } number ? string.Create(CultureInfo.InvariantCulture, $"{side} {number}") : "";

    private static string Told(double? figure) => figure?.ToString("0.000", CultureInfo.InvariantCulture) ?? "–";

    private static string Read(string name)
    {
        using var stream = typeof(EvaluationPage).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}

/// <summary>A small copy of a picture, for the page.</summary>
/// <param name="Image">A JPEG.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
public sealed record EvaluationThumbnail(byte[] Image, int Width, int Height);
