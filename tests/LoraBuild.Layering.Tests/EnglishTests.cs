using System.Text.RegularExpressions;

namespace LoraBuild.Layering.Tests;

/// <summary>Docstrings are plain English: they begin with the noun or the verb that names the thing.</summary>
public partial class EnglishTests
{
    [Fact]
    public void No_docstring_begins_with_a_question_word()
    {
        var sources = Sources.In("src").ToArray();
        Assert.NotEmpty(sources);
        Assert.Empty(sources.SelectMany(source => Questions().Matches(source.Text).Select(
            match => $"{source.Path}:{Sources.LineAt(source.Text, match.Index)}: {match.Value}")));
    }

    [Theory]
    [InlineData("/// <summary>How many there are.</summary>", true)]
    [InlineData("/// <summary>\n    /// Whether it is\n    /// there.", true)]
    [InlineData("/// <param name=\"count\">How many there are.</param>", true)]
    [InlineData("/// <returns>Whether it is there.</returns>", true)]
    [InlineData("/// <summary>The number of whatever.</summary>", false)]
    [InlineData("/// <summary>Whatever it is.</summary>", false)]
    public void A_question_word_is_found(string text, bool isFound) => Assert.Equal(isFound, Questions().IsMatch(text));

    [GeneratedRegex(@"<(?:summary|remarks|returns|param name=""\w+"")>\s*(?:///\s*)?(?:What|Which|Who|Where|How|Whether)\b.*")]
    private static partial Regex Questions();
}
