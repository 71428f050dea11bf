using System.Text.Json;
using LoraBuild.Core.Characters;
using LoraBuild.Core.Outfits;
using LoraBuild.Core.Tags;

namespace LoraBuild.Core.Tests.Outfits;

public class OutfitSuggesterTests
{
    private static readonly OutfitSuggester Suggester = new(ImplicationTable.Danbooru, GarmentTable.Default);

    [Fact]
    public void Pictures_that_agree_on_garments_are_one_outfit_with_the_tags_that_tell_it()
    {
        var outfits = Suggest(
            "necktie, yellow necktie, black skirt, skirt, smile", "yellow necktie, black gloves", "yellow necktie, black skirt, black gloves",
            "white dress, red footwear", "white dress, dress, flower");
        Assert.Equal(["p0 p1 p2", "p3 p4"], outfits.Select(outfit => string.Join(' ', outfit.Pictures)));
        Assert.Equal(["yellow necktie", "black gloves", "black skirt"], outfits[0].Tags);
        Assert.Equal(("yellow necktie", "white dress"), (outfits[0].Name, outfits[1].Name));
        Assert.Equal(["white dress"], outfits[1].When);
    }

    [Fact]
    public void A_picture_of_its_own_and_one_without_garments_are_no_outfit() =>
        Assert.Empty(Suggest("yellow necktie, black skirt", "white dress, red footwear", "smile, black hair"));

    [Fact]
    public void Garments_that_two_outfits_share_do_not_make_them_one()
    {
        var outfits = Suggest(
            "black pantyhose, blue sweater, brown shorts", "black pantyhose, blue sweater, brown shorts, boots",
            "black pantyhose, white shirt, black skirt", "black pantyhose, white shirt, black skirt, belt");
        Assert.Equal(["p0 p1", "p2 p3"], outfits.Select(outfit => string.Join(' ', outfit.Pictures)));
        Assert.All(outfits, outfit => Assert.DoesNotContain("black pantyhose", outfit.When));
    }

    [Fact]
    public void The_order_of_pictures_and_tags_changes_nothing_but_ties()
    {
        (string, IReadOnlyList<string>)[] pictures = [.. MiniWorld().Select(picture => (picture.Id, picture.Tags))];
        (string, IReadOnlyList<string>)[] reversed = [.. pictures.Reverse().Select(picture => (picture.Item1, (IReadOnlyList<string>)[.. picture.Item2.Reverse()]))];
        Assert.Equal(
            Suggester.Suggest(pictures).Select(outfit => string.Join(' ', outfit.Pictures)).Order(),
            Suggester.Suggest(reversed).Select(outfit => string.Join(' ', outfit.Pictures)).Order());
        Assert.Equal(SuggestedOutfit.ToYaml(Suggester.Suggest(pictures)), SuggestedOutfit.ToYaml(Suggester.Suggest(pictures)));
    }

    [Fact]
    public void The_mini_worlds_outfits_are_found_from_its_tags_alone()
    {
        var drawn = MiniWorld();
        var outfits = Suggester.Suggest([.. drawn.Select(picture => (picture.Id, picture.Tags))]);
        var outfitOf = drawn.ToDictionary(picture => picture.Id, picture => picture.Outfit);

        Assert.Equal(3, outfits.Count);
        Assert.All(outfits, outfit => Assert.Single(outfit.Pictures.Select(id => outfitOf[id]).Distinct()));
        Assert.Equal(drawn.Count, outfits.Sum(outfit => outfit.Pictures.Count));
    }

    [Fact]
    public void The_fragment_is_an_outfits_section_that_tells_the_same_pictures()
    {
        var drawn = MiniWorld();
        var outfits = Suggester.Suggest([.. drawn.Select(picture => (picture.Id, picture.Tags))]);
        var read = CharacterFile.Parse("trigger: aoi\n" + SuggestedOutfit.ToYaml(outfits), "character.yaml");

        Assert.Empty(read.Diagnostics);
        Assert.Equal(outfits.Select(outfit => string.Join(',', outfit.Tags)), read.Character!.Outfits.Select(outfit => string.Join(',', outfit.Tags)));
        var chooser = new OutfitChooser(read.Character, ImplicationTable.Danbooru, GarmentTable.Default);
        Assert.All(drawn, picture => Assert.Contains(picture.Id, outfits.Single(outfit => outfit.Name == chooser.Choose(picture.Tags, null).Outfit?.Name).Pictures));
    }

    [Fact]
    public void Tags_that_yaml_would_read_otherwise_stand_in_quotes()
    {
        var yaml = SuggestedOutfit.ToYaml([new("witch's hat", ["hat: black"], ["hanten \\(clothes\\)", "t-shirt"], ["a"])]);
        var outfit = Assert.Single(CharacterFile.Parse("trigger: aoi\n" + yaml, "character.yaml").Character!.Outfits);
        Assert.Equal(("witch's hat", "hat: black"), (outfit.Name, Assert.Single(outfit.When!.Any)));
        Assert.Equal([@"hanten \(clothes\)", "t-shirt"], outfit.Tags);
    }

    private static IReadOnlyList<SuggestedOutfit> Suggest(params string[] pictures) =>
        Suggester.Suggest([.. pictures.Select((tags, index) => ($"p{index}", TagList.Parse(tags)))]);

    private static List<(string Id, string Outfit, IReadOnlyList<string> Tags)> MiniWorld()
    {
        using var truth = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", "mini-world-truth.json")));
        return
        [
            .. truth.RootElement.GetProperty("images").EnumerateArray()
                .SelectMany(image => image.TryGetProperty("parts", out var parts) ? parts.EnumerateArray().ToArray() : [image])
                .Select((picture, index) => (
                    $"p{index:00}",
                    picture.GetProperty("outfit").GetString()!,
                    (IReadOnlyList<string>)[.. picture.GetProperty("tags").EnumerateArray().Select(tag => Tag.Normalize(tag.GetString()!))])),
        ];
    }
}
