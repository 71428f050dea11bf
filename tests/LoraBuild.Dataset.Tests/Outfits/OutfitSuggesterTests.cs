using System.Text.Json;
using LoraBuild.Base.Yaml;
using LoraBuild.Dataset.CharacterFiles;
using LoraBuild.Dataset.Outfits;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Tests.Outfits;

public class OutfitSuggesterTests
{
    private static readonly OutfitSuggester Suggester = new(ImplicationTable.Danbooru, GarmentTable.Default);

    [Theory]
    [InlineData("null")]
    [InlineData("no")]
    [InlineData("~")]
    [InlineData("it's #1: \"x\" {a}")]
    [InlineData("a\nb: [c]\u2028\u001B[2J\u202E\uD83D\uDE00")]
    [InlineData("- a")]
    [InlineData("a\u0085trigger: b")]
    public void Suggestions_are_read_as_they_were_meant_whatever_a_tag_is(string tag)
    {
        var yaml = SuggestedOutfit.ToYaml([new(tag, [tag], [tag], [tag], [tag])]);
        var root = Assert.IsType<YamlMapping>(YamlReader.Read(yaml, "c.yaml"));

        var (name, outfit) = Assert.Single(Assert.IsType<YamlMapping>(Assert.Single(root.Entries).Value).Entries);
        Assert.Equal((tag, false), (name.Text, name.IsNull));
        var tags = Assert.IsType<YamlList>(Assert.IsType<YamlMapping>(outfit).Entries[^1].Value);
        Assert.Equal(tag, Assert.IsType<YamlScalar>(Assert.Single(tags.Items)).Text);
    }

    [Fact]
    public void Pictures_that_agree_on_garments_are_one_outfit_with_the_tags_that_tell_it()
    {
        var outfits = Suggest(
            "necktie, yellow necktie, black skirt, skirt, smile", "yellow necktie, black gloves",
            "yellow necktie, black skirt, black gloves",
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
        (string, IReadOnlyList<string>)[] reversed =
            [.. pictures.Reverse().Select(picture => (picture.Item1, (IReadOnlyList<string>)[.. picture.Item2.Reverse()]))];
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
    public void What_a_tagger_really_says_of_the_example_gives_outfits_to_paste()
    {
        var tagged = Tagged();
        var outfits = Suggester.Suggest([.. tagged.Select(picture => (picture.Id, picture.Tags))]);
        var pasted = CharacterFile.Parse("trigger: aoi\n" + SuggestedOutfit.ToYaml(outfits), "character.yaml").Character!;
        var chooser = new OutfitChooser(pasted, ImplicationTable.Danbooru, GarmentTable.Default);

        // One picture, which the tagger takes for a coat over a shirt where a dress was drawn, belongs to none.
        var pairs = tagged.Select(picture => (Drawn: picture.Outfit, Chosen: chooser.Choose(picture.Tags, null).Outfit?.Name)).ToList();
        Assert.Equal(3, outfits.Count);
        Assert.Equal(["collared shirt: race", "blue sweater: casual", "frilled collar: dress"],
            outfits.Select(outfit =>
                $"{outfit.Name}: {Assert.Single(pairs.Where(pair => pair.Chosen == outfit.Name).Select(pair => pair.Drawn).Distinct())}"));
        Assert.Equal(24, pairs.Count(pair => pair.Chosen is not null));

        // 21 of the author's 25 tags; of the others that are proposed one has a wrong colour, as the comment warns, and one has none.
        var drawn = DrawnOutfits();
        var suggested =
            outfits.Zip(["race", "casual", "dress"]).SelectMany(pair => pair.First.Tags.Select(tag => $"{pair.Second}: {tag}")).ToHashSet();
        Assert.Equal(["race: choker", "race: yellow shirt"], suggested.Except(drawn).Order());
        Assert.Equal(
            ["casual: black pantyhose", "race: black choker", "race: pleated skirt", "race: white shirt"], drawn.Except(suggested).Order());
        Assert.Equal(["black vest or brown vest", "yellow shirt or black shirt"], outfits[0].Unsure);
    }

    [Fact]
    public void A_garment_that_a_tagger_confuses_with_another_now_and_then_is_not_proposed()
    {
        var outfits = Suggest(
            "red coat, black skirt, boots", "red coat, skirt, boots", "red coat, black skirt, shorts, boots",
            "red coat, black shorts, boots",
            "red coat, black skirt, boots");
        Assert.Equal(["boots", "red coat", "black skirt"], Assert.Single(outfits).Tags);
    }

    [Fact]
    public void A_portrait_belongs_to_the_outfit_that_has_all_that_it_shows()
    {
        var outfits = Suggest(
            "choker, collared shirt", "choker, collared shirt, smile",
            "choker, collared shirt, necktie, coat, vest, skirt", "choker, collared shirt, necktie, coat, vest, skirt, shoes",
            "hoodie, shorts", "hoodie, shorts, sandals");
        Assert.Equal(["p0 p1 p2 p3", "p4 p5"], outfits.Select(outfit => string.Join(' ', outfit.Pictures)));
    }

    [Fact]
    public void The_fragment_is_an_outfits_section_that_tells_the_same_pictures()
    {
        var drawn = MiniWorld();
        var outfits = Suggester.Suggest([.. drawn.Select(picture => (picture.Id, picture.Tags))]);
        var read = CharacterFile.Parse("trigger: aoi\n" + SuggestedOutfit.ToYaml(outfits), "character.yaml");

        Assert.Empty(read.Diagnostics);
        Assert.Equal(outfits.Select(outfit => string.Join(',', outfit.Tags)), read.Character!.Outfits.Select(outfit => string.Join(
            ',', outfit.Tags)));
        var chooser = new OutfitChooser(read.Character, ImplicationTable.Danbooru, GarmentTable.Default);
        Assert.All(drawn, picture => Assert.Contains(
            picture.Id, outfits.Single(outfit => outfit.Name == chooser.Choose(picture.Tags, null).Outfit?.Name).Pictures));
    }

    [Fact]
    public void Tags_that_yaml_would_read_otherwise_stand_in_quotes()
    {
        var yaml = SuggestedOutfit.ToYaml([new("witch's hat", ["hat: black"], ["hanten \\(clothes\\)", "t-shirt"], ["a"], [])]);
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
                    (IReadOnlyList<string>)[.. picture.GetProperty("tags").EnumerateArray()
                        .Select(tag => Tag.Normalize(tag.GetString()!))])),
        ];
    }

    /// <summary>What the author of the example wrote, as OUTFIT: TAG.</summary>
    private static HashSet<string> DrawnOutfits() =>
        [.. CharacterFile.Read(Path.Combine(AppContext.BaseDirectory, "Data", "character.yaml")).Character!.Outfits
            .SelectMany(outfit => outfit.Tags, (outfit, tag) => $"{outfit.Name}: {tag}")];

    private static List<(string Id, string Outfit, IReadOnlyList<string> Tags)> Tagged() =>
    [
        .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Data", "example-tags.txt")).Where(line => line[0] != '#')
            .Select(line => line.Split(" | "))
            .Select(line => (line[0], line[1], TagList.Parse(line[2]))),
    ];
}
