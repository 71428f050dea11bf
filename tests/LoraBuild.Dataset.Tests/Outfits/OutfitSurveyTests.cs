using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.CharacterFiles;
using LoraBuild.Dataset.Outfits;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Tests.Outfits;

public class OutfitSurveyTests
{
    [Fact]
    public void Outfits_and_parts_that_no_picture_shows_are_told()
    {
        var character = CharacterFile.Parse(
            """
            trigger: aoi
            outfits:
              race: {tags: [black skirt, skirt, blak hat]}
              casual: {tags: [sweater]}
            hidden:
              a.png: [boots, skirt]
            """, "c.yaml").Character!;

        var told = OutfitSurvey.Unused(
            character, ImplicationTable.Danbooru, [new("race", ["black skirt"], ["aoi", "black skirt"], ["boots", "skirt"])]).ToList();

        Assert.All(told, one => Assert.Equal((DiagnosticCode.NoEffect, Severity.Warning, "c.yaml"), (one.Code, one.Severity, one.File)));
        Assert.Equal([(3, 37), (4, 3), (6, 11)], told.Select(one => (one.Line, one.Column)));
        Assert.Contains("'blak hat' under outfits.race.tags", told[0].Message, StringComparison.Ordinal);
        Assert.Contains("outfit 'casual'", told[1].Message, StringComparison.Ordinal);
        Assert.Contains("'boots' under hidden", told[2].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{any: [necktie, neckite]}", "'neckite' under outfits.race.when", 3, 53)]
    [InlineData("{any: [necktie], all: [neckite]}", "'neckite' under outfits.race.when", 3, 60)]
    [InlineData("{all: [necktie, cape]}", "'when' of the outfit 'race'", 3, 3)]
    [InlineData("{any: [necktie], all: [skirt]}", null, 0, 0)]
    public void Conditions_that_never_hold_are_told_of_outfits_that_pictures_show_all_the_same(
        string when, string? message, int line, int column)
    {
        var character = CharacterFile.Parse(
            $"""
            trigger: aoi
            outfits:
              race: {"{"}tags: [black skirt], when: {when}{"}"}
            """, "c.yaml").Character!;

        var told = OutfitSurvey.Unused(
            character,
            ImplicationTable.Danbooru,
            [new("race", ["yellow necktie", "black skirt"], ["black skirt"], []), new(null, ["cape"], ["cape"], [])]).ToList();

        Assert.Equal(message is null ? 0 : 1, told.Count);
        Assert.All(told, one => Assert.Equal((DiagnosticCode.NoEffect, line, column), (one.Code, one.Line, one.Column)));
        Assert.All(told, one => Assert.Contains(message!, one.Message, StringComparison.Ordinal));
    }
}
