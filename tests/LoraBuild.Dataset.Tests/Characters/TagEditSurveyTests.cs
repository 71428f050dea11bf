using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.CharacterFiles;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Tests.Characters;

public class TagEditSurveyTests
{
    [Fact]
    public void Corrections_that_no_picture_of_their_entry_needs_are_told()
    {
        var character = CharacterFile.Parse(
            """
            trigger: aoi
            outfits: {race: {tags: [gloves]}}
            tags:
              a.png: {remove: [hat, gloves, cap], replace: {cup: mug, bowl: plate}}
              b.png: {}
            """, "c.yaml").Character!;
        var (first, second) = (character.Tags[0].Edit, character.Tags[1].Edit);

        var told = TagEditSurvey.Unused(
            character, [([first], TagEdit.Apply(["hat", "cup"], [first])), ([second], TagEdit.Apply(["bowl", "cap"], [second]))]).ToList();

        Assert.All(told, one => Assert.Equal((DiagnosticCode.NoEffect, Severity.Warning), (one.Code, one.Severity)));
        Assert.Equal([4, 4, 5], told.Select(one => one.Line));
        Assert.Contains("'cap', which it removes", told[0].Message, StringComparison.Ordinal);
        Assert.Contains("'bowl', which it replaces", told[1].Message, StringComparison.Ordinal);
    }
}
