using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Outfits;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Tests.Outfits;

public class OutfitChooserTests
{
    private static readonly Outfit Race =
        new("race", ["white shirt", "yellow necktie", "black gloves", "black skirt"], When: new OutfitCondition(["necktie"], []));
    private static readonly Outfit Casual = new("casual", ["blue sweater", "brown shorts", "brown footwear"]);
    private static readonly Outfit Party =
        new("party", ["white dress", "red footwear"], When: new OutfitCondition([], ["dress", "flower"]));
    private static readonly OutfitChooser Chooser =
        new(Character.Named("aoi") with { Outfits = [Race, Casual, Party] }, ImplicationTable.Danbooru, GarmentTable.Default);

    [Fact]
    public void What_is_given_wins_over_what_tags_say() => Assert.Equal(Casual, Chooser.Choose(["yellow necktie"], "Casual").Outfit);

    [Fact]
    public void None_is_no_outfit_whatever_tags_say() => Assert.Null(Chooser.Choose(["yellow necktie"], "none").Outfit);

    [Fact]
    public void A_name_that_is_not_known_is_an_error_with_a_suggestion()
    {
        var diagnostic = Assert.Throws<LoraBuildException>(() => Chooser.Choose([], "casul")).Diagnostic;
        Assert.Equal(DiagnosticCode.UnknownReference, diagnostic.Code);
        Assert.Contains("Did you mean 'casual'?", diagnostic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void When_holds_for_a_tag_that_implies_the_one_it_names() => Assert.Equal(Race, Chooser.Choose(["blue necktie"], null).Outfit);

    [Fact]
    public void All_of_all_must_be_there()
    {
        Assert.Equal(Party, Chooser.Choose(["white dress", "hair flower", "brown footwear", "brown shorts"], null).Outfit);
        Assert.NotEqual(Party, Chooser.Choose(["white dress", "brown footwear", "brown shorts"], null).Outfit);
    }

    [Fact]
    public void Without_when_the_outfit_that_fits_clearly_is_chosen()
    {
        Assert.Equal(Casual, Chooser.Choose(["blue sweater", "sweater", "shorts", "smile"], null).Outfit);
        Assert.Equal(Race, Chooser.Choose(["white shirt", "black skirt"], null).Outfit);
    }

    [Theory]
    [InlineData("footwear")]
    [InlineData("kimono, obi")]
    [InlineData("smile")]
    [InlineData("")]
    public void Where_none_fits_clearly_none_is_chosen(string tags) => Assert.Null(Chooser.Choose(TagList.Parse(tags), null).Outfit);
}
