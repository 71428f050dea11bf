using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.CharacterFiles;
using LoraBuild.Dataset.Characters;

namespace LoraBuild.Dataset.Tests.Characters;

public class CastResolverTests
{
    private static readonly CharacterFolder Aoi = Folder("trigger: aoi\nhidden: {images/high/a.png: [belt]}", "characters/aoi");
    private static readonly CharacterFolder Hana = Folder("trigger: hana\noutfits: {race: {tags: [hat]}}", "characters/hana");

    [Fact]
    public void Each_picture_goes_to_the_character_in_whose_folder_it_lies_and_follows_her_own_yaml()
    {
        var resolved = CastResolver.Resolve(
            [Aoi, Hana],
            [new("characters/hana/images/low/race/b.png"), new("characters/aoi/images/high/a.png")],
            ["characters/aoi/images/high/a.txt"]);

        Assert.Empty(resolved.Diagnostics);
        Assert.Equal(["aoi", "hana"], resolved.Pictures.Select(picture => picture.Character));
        var (a, b) = (resolved.Pictures[0], resolved.Pictures[1]);
        Assert.Equal(("characters/aoi/images/high/a.png", "characters/aoi/images/high/a.txt", 16), (a.Source, a.TagFile, a.Repeats));
        Assert.Equal(["belt"], a.Hidden);
        Assert.Equal(("characters/hana/images/low/race/b.png", null, 4, "race"), (b.Source, b.TagFile, b.Repeats, b.Outfit));
    }

    [Fact]
    public void Pictures_of_the_same_name_have_different_ids()
    {
        var resolved = CastResolver.Resolve(
            [Folder("trigger: aoi", "characters/aoi"), Hana],
            [new("characters/aoi/images/high/1.png"), new("characters/hana/images/high/1.png")], []);
        Assert.Equal(["characters-aoi-images-high-1", "characters-hana-images-high-1"], resolved.Pictures.Select(picture => picture.Id));
    }

    [Fact]
    public void A_folder_whose_name_only_begins_alike_is_another_one()
    {
        var resolved =
            CastResolver.Resolve([Folder("trigger: aoi", "aoi"), Folder("trigger: aoi2", "aoi 2")], [new("aoi 2/images/1.png")], []);
        Assert.Equal("aoi2", Assert.Single(resolved.Pictures).Character);
    }

    [Fact]
    public void The_innermost_folder_decides()
    {
        var resolved =
            CastResolver.Resolve([Folder("trigger: aoi", ""), Hana], [new("characters/hana/images/1.png"), new("images/1.png")], []);
        Assert.Equal([("aoi", "images/1.png"), ("hana", "characters/hana/images/1.png")], resolved.Pictures.Select(picture => (
            picture.Character, picture.Source)));
    }

    [Fact]
    public void A_picture_in_no_characters_folder_is_an_error_that_names_it()
    {
        var diagnostic =
            Assert.Single(CastResolver.Resolve([Folder("trigger: aoi", "characters/aoi"), Hana], [new("images/1.png")], []).Diagnostics);
        Assert.Equal(
            (DiagnosticCode.CharacterClash, Severity.Error, "images/1.png"), (diagnostic.Code, diagnostic.Severity, diagnostic.File));
        Assert.Contains("characters/aoi/images/, characters/hana/images/", diagnostic.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("trigger: HANA", "characters/other", "has the trigger")]
    [InlineData("trigger: other", "characters/hana", "same folder")]
    public void Characters_must_differ_in_folder_and_trigger(string yaml, string path, string message)
    {
        var diagnostic = Assert.Single(CastResolver.Resolve([Hana, Folder(yaml, path)], [], []).Diagnostics);
        Assert.Equal((DiagnosticCode.CharacterClash, path + "/character.yaml"), (diagnostic.Code, diagnostic.File));
        Assert.Contains(message, diagnostic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_wrong_with_a_picture_is_told_with_its_path_in_the_project()
    {
        var diagnostics = CastResolver.Resolve([Aoi, Hana], [new("characters/hana/images/1.png", "none")], []).Diagnostics;
        Assert.Equal(
            [("characters/aoi/character.yaml", 2), ("characters/hana/images/1.png", 0)],
            diagnostics.Select(diagnostic => (diagnostic.File!, diagnostic.Line)));
    }

    private static CharacterFolder Folder(string yaml, string path) =>
        new(CharacterFile.Parse(yaml, path.Length == 0 ? "character.yaml" : $"{path}/character.yaml").Character!, path);
}
