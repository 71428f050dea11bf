using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.CharacterFiles;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Outfits;
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

    [Fact]
    public void Those_of_a_part_of_a_split_are_told_too()
    {
        var character = CharacterFile.Parse(
            """
            trigger: aoi
            edits:
              a.png: {split: {left: {area: [0, 0, 0.5, 1], tags: {remove: [hat], add: [smile]}}, right: [0.5, 0, 1, 1]}}
            """, "c.yaml").Character!;
        var edit = character.Edits[0].Steps.OfType<SplitStep>().Single().Parts[0].Tags!;
        (IReadOnlyList<TagEdit> Edits, PictureTags Tags)[] pictures = [([edit], TagEdit.Apply(["smile"], [edit]))];

        var told = TagEditSurvey.Unused(character, pictures)
            .Concat(AddedTagSurvey.Superfluous(character, ImplicationTable.Danbooru, pictures)).ToList();

        Assert.Equal([(DiagnosticCode.NoEffect, 3), (DiagnosticCode.NoEffect, 3)], told.Select(one => (one.Code, one.Line)));
        Assert.All(told, one => Assert.StartsWith("'tags' of the part 'left' of 'a.png'", one.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_tag_that_is_added_where_it_is_anyway_is_told_unless_a_rule_would_take_it_away()
    {
        var character = CharacterFile.Parse(
            """
            trigger: aoi
            tags:
              a.png: {add: [smile, blue hair, skirt, plant, bag]}
              b.png: {add: [smile]}
            """, "c.yaml").Character!;
        var (first, second) = (character.Tags[0].Edit, character.Tags[1].Edit);

        var told = AddedTagSurvey.Superfluous(
            character, ImplicationTable.Danbooru,
            [
                ([first], TagEdit.Apply(["smile", "blue hair", "skirt", "plant", "potted plant"], [first])),
                ([second], TagEdit.Apply(["1girl"], [second])),
            ]).ToList();

        Assert.Equal((DiagnosticCode.NoEffect, 3), (Assert.Single(told).Code, told[0].Line));
        Assert.Contains("'smile', which it adds, anyway", told[0].Message, StringComparison.Ordinal);
    }
}
