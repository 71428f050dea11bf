using System.Text.RegularExpressions;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.CharacterFiles;
using LoraBuild.Dataset.Characters;

namespace LoraBuild.Dataset.Tests.Characters;

/// <summary>An author who takes what a message suggests is not refused a second time.</summary>
public partial class SuggestionTests
{
    private static readonly string[] Pictures =
        ["images/high/smile.png", "images/high/e\u0301.png", "images/low/SMILE.png", "images/high/two [1].png", "../shared/images/x.png"];

    [Theory]
    // Keys.
    [InlineData("triger", "{0}: aoi")]
    [InlineData("alias", "trigger: aoi\n{0}: [her]")]
    [InlineData("pattern", "trigger: aoi\nfeatures: {{{0}: [a]}}")]
    [InlineData("wen", "trigger: aoi\noutfits: {{race: {{tags: [hat], {0}: {{any: [hat]}}}}}}")]
    [InlineData("an", "trigger: aoi\noutfits: {{race: {{tags: [hat], when: {{{0}: [hat]}}}}}}")]
    [InlineData("rotat", "trigger: aoi\nedits: {{images/high/smile.png: {{{0}: 90}}}}")]
    [InlineData("tolerence", "trigger: aoi\nedits: {{images/high/smile.png: {{trim: {{{0}: 10}}}}}}")]
    [InlineData("ad", "trigger: aoi\ntags: {{images/high/smile.png: {{{0}: [hat]}}}}")]
    [InlineData("repeat", "trigger: aoi\nedits: {{images/high/smile.png: {{split: {{l: {{area: [0, 0, 1, 1], {0}: 2}}}}}}}}")]
    // Values.
    [InlineData("bleu", "trigger: aoi\nedits: {{images/high/smile.png: {{pad: {{sides: square, to: {0}}}}}}}")]
    [InlineData(
        "rase",
        "trigger: aoi\noutfits: {{race: {{tags: [a]}}}}\n"
            + "edits: {{images/high/smile.png: {{split: {{l: {{area: [0, 0, 1, 1], outfit: {0}}}}}}}}}")]
    // Pictures.
    [InlineData("images/high/smil.png", "trigger: aoi\nhidden: {{'{0}': [hat]}}")]
    [InlineData("images/high/smile.jpg", "trigger: aoi\nhidden: {{'{0}': [hat]}}")]
    [InlineData("images/Low/smile.png", "trigger: aoi\nhidden: {{'{0}': [hat]}}")]
    [InlineData("images/high/two (1).png", "trigger: aoi\nhidden: {{'{0}': [hat]}}")]
    [InlineData("images/high/e\u0301e.png", "trigger: aoi\nhidden: {{'{0}': [hat]}}")]
    [InlineData("shared/images/x.png", "trigger: aoi\nhidden: {{'{0}': [hat]}}")]
    [InlineData("images/high", "trigger: aoi\nhidden: {{'{0}': [hat]}}")]
    public void What_is_suggested_for_character_yaml_is_taken(string slip, string text)
    {
        var suggested = Assert.Single(Errors(slip).SelectMany(error => Suggested(error.Message)));
        Assert.Empty(Errors(suggested));

        List<Diagnostic> Errors(string name)
        {
            var file = string.Format(System.Globalization.CultureInfo.InvariantCulture, text, name);
            var read = CharacterFile.Parse(file, "character.yaml");
            var resolved = read.Character is { } character
                ? CastResolver.Resolve([new(character, "")], [.. Pictures.Select(picture => new SourcePicture(picture))], []).Diagnostics
                : [];
            return [.. read.Diagnostics.Concat(resolved).Where(diagnostic => diagnostic.Severity == Severity.Error)];
        }
    }

    [Theory]
    [InlineData("rase")]
    [InlineData("non")]
    public void A_suggested_outfit_of_an_item_is_there(string slip)
    {
        var character = CharacterFile.Parse("trigger: aoi\noutfits: {race: {tags: [hat]}}", "c.yaml").Character!;
        foreach (var suggested in Told(slip).SelectMany(error => Suggested(error.Message)))
            Assert.Empty(Told(suggested));

        IReadOnlyList<Diagnostic> Told(string outfit) =>
            CastResolver.Resolve([new(character, "")], [new SourcePicture("images/a.png", null, outfit)], []).Diagnostics;
    }

    [Theory]
    [InlineData("images/high/smil.txt")]
    [InlineData("images/high/Smile.txt")]
    [InlineData("images/high/smile.TXT")]
    [InlineData("images/high/SMILE.png.txt")]
    [InlineData("images/high/two [2].txt")]
    [InlineData("images/high/smil.mask.png")]
    [InlineData("images/high/Smile.MASK.png")]
    public void A_suggested_name_of_a_file_beside_a_picture_is_read(string slip)
    {
        var character = CharacterFile.Parse("trigger: aoi", "c.yaml").Character!;
        var suggested = Assert.Single(Told(slip).SelectMany(warning => Suggested(warning.Message)));
        Assert.Empty(Told(suggested));

        IReadOnlyList<Diagnostic> Told(string file) => CastResolver.Resolve(
            [new(character, "")], [.. Pictures.Take(4).Select(picture => new SourcePicture(picture))], [file]).Diagnostics;
    }

    private static IEnumerable<string> Suggested(string message) => Suggestion().Matches(message).Select(match => match.Groups[1].Value);

    [GeneratedRegex("(?:Did you mean|Rename it to|of this folder write) '([^']+)'")]
    private static partial Regex Suggestion();
}
