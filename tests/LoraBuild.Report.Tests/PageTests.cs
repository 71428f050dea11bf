using Xunit.Abstractions;

namespace LoraBuild.Report.Tests;

/// <summary>The report in Chromium, opened from a file. Screenshots lie beside the test's assembly.</summary>
public sealed class PageTests(BrowserFixture browser, ITestOutputHelper output) : IClassFixture<BrowserFixture>
{
    [Theory]
    [InlineData("a card shows what went, what came and why")]
    [InlineData("the overview has the arithmetic of the epoch")]
    [InlineData("the training has its curves, and a row of previews for each epoch")]
    [InlineData("filters by tag, place, group and outfit work together")]
    [InlineData("the table of tags counts before and after, and filters")]
    [InlineData("a warning leads to its pictures, filtered away or not")]
    [InlineData("pictures that look alike stand side by side")]
    [InlineData("everything can be done by keyboard, in the order of the page")]
    [InlineData("every control and picture has an accessible name")]
    [InlineData("text stands out from its background, light and dark")]
    [InlineData("it asks for nothing but itself, and shows markup as text")]
    [InlineData("a thousand pictures load, filter and scroll without lag")]
    public void In_a_browser(string check)
    {
        var answer = browser.Check(check);
        output.WriteLine(browser.Said);
        Assert.True(answer == "ok", answer);
    }
}
