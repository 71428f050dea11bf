using LoraBuild.Base.Geometry;
using LoraBuild.Dataset.CharacterFiles;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Edits;

namespace LoraBuild.Dataset.Tests.Edits;

public class EditSuggestionsTests
{
    private static readonly PixelSize Size = new(1000, 800);

    [Fact]
    public void What_is_proposed_is_what_character_yaml_reads()
    {
        var text = EditSuggestions.ToYaml(
        [
            new DetectedPersons("images/high/two.png", Size, [Box(100, 0, 400, 800), Box(500, 100, 990, 700)]),
            new DetectedPersons("images/low/it's #1: \"she\".png", Size, [Box(100, 100, 300, 500)]),
            new DetectedPersons("images/low/filled.png", Size, [Box(0, 0, 1000, 790)]),
            new DetectedPersons("images/low/nobody.png", Size, []),
        ]);
        var (character, diagnostics) = CharacterFile.Parse("trigger: aoi\n" + text, "c.yaml");
        Assert.Empty(diagnostics);
        Assert.Equal(["images/high/two.png", "images/low/it's #1: \"she\".png"], character!.Edits.Select(edit => edit.Pictures.Text));
        var parts = Assert.IsType<SplitStep>(character.Edits[0].Steps[0]).Parts;
        Assert.Equal([("left", new Rectangle(85, 0, 415, 800)), ("right", new Rectangle(475, 70, 1000, 730))], parts.Select(part => (
            part.Name, part.Area)));
        Assert.Equal(new CropEdit(new Rectangle(90, 80, 310, 520)), Assert.IsType<ApplyStep>(character.Edits[1].Steps[0]).Edit);
    }

    [Fact]
    public void Nothing_to_propose_is_still_a_file_that_can_be_read() =>
        Assert.Empty(CharacterFile.Parse("trigger: aoi\n" + EditSuggestions.ToYaml([]), "c.yaml").Diagnostics);

    private static PersonBox Box(double left, double top, double right, double bottom) => new(left, top, right, bottom, 0.9);
}
