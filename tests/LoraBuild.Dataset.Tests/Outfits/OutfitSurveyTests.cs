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
}
