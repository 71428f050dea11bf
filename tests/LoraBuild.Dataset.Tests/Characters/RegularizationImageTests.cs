using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.CharacterFiles;
using LoraBuild.Dataset.Characters;

namespace LoraBuild.Dataset.Tests.Characters;

public class RegularizationImageTests
{
    [Theory]
    [InlineData("regularization/1_girl/a.png", null, 1, "girl")]
    [InlineData("regularization/3_1girl, solo/more/a.png", null, 3, "1girl, solo")]
    [InlineData("regularization/3_girl/a.png", "5", 5, "girl")]
    [InlineData("regularization/woman/a.png", "", 1, "woman")]
    [InlineData("regularization/x_girl/a.png", null, 1, "x_girl")]
    [InlineData("a.png", null, 1, "")]
    public void Its_folder_says_repeats_and_class(string path, string? repeats, int expectedRepeats, string expectedClass)
    {
        var image = Assert.Single(RegularizationImage.Resolve([new SourcePicture(path, repeats)], [], out var diagnostics));

        Assert.Empty(diagnostics);
        Assert.Equal((path, expectedRepeats, expectedClass), (image.Source, image.Repeats, image.Class));
    }

    [Theory]
    [InlineData("regularization/0_girl/a.png", 0, "LB1009", Severity.Warning)]
    [InlineData("regularization/99999_girl/a.png", 1, "LB1009", Severity.Error)]
    [InlineData("regularization/1.5_girl/a.png", 1, "LB1009", Severity.Warning)]
    [InlineData("regularization/a.png", 1, "LB1009", Severity.Warning)]
    public void A_folder_that_says_no_repeats_or_class_is_told(string path, int count, string code, Severity severity)
    {
        var images = RegularizationImage.Resolve([new SourcePicture(path)], [], out var diagnostics);

        Assert.Equal(count, images.Count);
        var told = Assert.Single(diagnostics);
        Assert.Equal((code, severity), (told.Code, told.Severity));
    }

    [Fact]
    public void Its_caption_and_mask_lie_beside_it_and_others_are_told()
    {
        string[] files = ["regularization/1_girl/a.caption", "regularization/1_girl/a.mask.png", "regularization/1_girl/b.txt"];

        var image =
            Assert.Single(RegularizationImage.Resolve([new SourcePicture("regularization/1_girl/a.png")], files, out var diagnostics));

        Assert.Equal((files[0], files[1]), (image.CaptionFile, image.Mask));
        Assert.Equal((DiagnosticCode.UnusedTagFile, files[2]), (Assert.Single(diagnostics).Code, diagnostics[0].File));
    }

    [Fact]
    public void Ids_are_unique_and_never_those_of_characters_pictures()
    {
        var images = RegularizationImage.Resolve(
            [new("regularization/1_girl/a.png"), new("regularization/2_girl/a.png"), new("regularization/2_girl/A.jpg")], [], out _);

        Assert.Equal(3, images.Select(image => image.Id.ToUpperInvariant()).Distinct().Count());
        Assert.All(images, image => Assert.StartsWith("regularization+", image.Id));
    }

    [Fact]
    public void One_that_the_base_model_drew_has_its_prompts_first_tag_as_class()
    {
        var image = RegularizationImage.Drawn(4, "1girl, solo, red dress", "others.txt");

        Assert.Equal(new RegularizationImage("drawn+0005", "others.txt", 1, "1girl"), image);
    }

    [Fact]
    public void Repeats_that_are_no_number_are_an_error_with_the_picture()
    {
        RegularizationImage.Resolve([new("regularization/1_girl/a.png", "often")], [], out var diagnostics);

        var problem = Assert.Single(diagnostics);
        Assert.Equal((DiagnosticCode.InvalidMetadata, "regularization/1_girl/a.png"), (problem.Code, problem.File));
    }
}
