using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Base.Tests.Diagnostics;

public class NearestTests
{
    [Theory]
    [InlineData("triger", "trigger")]
    [InlineData("outfti", "outfit")]
    [InlineData("OUTFIT", "outfit")]
    [InlineData("features", null)]
    [InlineData("x", null)]
    public void A_slip_of_the_pen_finds_its_word_and_a_foreign_word_finds_none(string name, string? nearest) =>
        Assert.Equal(nearest, Nearest.Of(name, ["trigger", "outfit", "hidden"]));

    [Fact]
    public void The_nearer_of_two_candidates_wins() =>
        Assert.Equal("white dress", Nearest.Of("whit dress", ["white dresses", "white dress"]));

    [Fact]
    public void A_suggestion_is_a_sentence_or_nothing()
    {
        Assert.Equal(" Did you mean 'edits'?", Nearest.Suggest("edit", ["edits"]));
        Assert.Equal("", Nearest.Suggest("images", ["edits"]));
    }
}
