using LoraBuild.Base.Text;

namespace LoraBuild.Base.Tests.Text;

public class NormalTextTests
{
    // The right sides are those of Python's unicodedata.normalize("NFC", ...).
    [Theory]
    [InlineData("e\u0301x.png", "\u00E9x.png")]
    [InlineData("a\u0302\u0323", "\u1EAD")]
    [InlineData("a\u0323\u0302", "\u1EAD")]
    [InlineData("o\u031B\u0323", "\u1EE3")]
    [InlineData("\u212B", "\u00C5")]
    [InlineData("\u30CF\u309A", "\u30D1")]
    [InlineData("\u1112\u1161\u11AB", "\uD55C")]
    [InlineData("\uD55C", "\uD55C")]
    [InlineData("\u0958", "\u0915\u093C")]
    [InlineData("a\u0300\u0301", "\u00E0\u0301")]
    [InlineData("\uD834\uDD5E", "\uD834\uDD57\uD834\uDD65")]
    [InlineData("\uD83D\uDC69\u200D\uD83D\uDCBB", "\uD83D\uDC69\u200D\uD83D\uDCBB")]
    [InlineData("\u661F\u91CE", "\u661F\u91CE")]
    public void Text_is_composed_as_Unicode_says(string text, string composed)
    {
        Assert.Equal(composed, NormalText.Compose(text));
        Assert.Equal(composed, NormalText.Compose(composed));
    }

    // An attribute cannot hold half of a surrogate pair.
    [Fact]
    public void Text_that_is_no_Unicode_stays_as_it_is()
    {
        const string text = "\uDC00e\u0301";

        Assert.Equal(text, NormalText.Compose(text));
    }

    [Theory]
    [InlineData("\uFEFFhat\u200B", "hat")]
    [InlineData("a\u00ADb\u202Ec", "abc")]
    [InlineData("a\u3164b", "a b")]
    [InlineData("a\u200Db", "ab")]
    [InlineData("\u0645\u200C\u062E", "\u0645\u200C\u062E")]
    public void What_nobody_sees_is_gone(string text, string visible) => Assert.Equal(visible, NormalText.Visible(text));
}
