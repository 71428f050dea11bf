using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using LoraBuild.Pages.Evaluation;
using LoraBuild.Settings;

namespace LoraBuild.Pages.Tests.Evaluation;

public class EvaluationPageTests
{
    private static readonly CharacterEvaluation Scored =
        SmallEvaluation.Score(SmallEvaluation.Plan(new EvaluationSettings { Samples = 3 }), ["black hair"], []);

    private static readonly EvaluationReport Report = new(
        "Small <project>",
        "aoi.safetensors",
        new EvaluationConditions(3, "ddim", 20, 7, "", 128, 96, 1, 0.4f),
        new EvaluationBounds(0.9, null, 0.05),
        ["LB5501: too little of </style> & her"],
        [Scored with { Cases = [.. Scored.Cases.Select(result => result with { Base = result.Base with { Asked = [] } })] }],
        [new EpochSummary("aoi-000001.safetensors", 0.5, null, 0.1, 0.4)],
        ["Fewer steps: <b>0.7</b>"]);

    private static readonly string Html = Write();

    [Fact]
    public void The_page_needs_no_other_file_to_show_its_pictures()
    {
        Assert.DoesNotMatch(new Regex(@"https?:|<link|<script|@import|url\(", RegexOptions.IgnoreCase), Html);
        Assert.Equal(24, Regex.Count(Html, "<img src=\"data:image/jpeg;base64,AQID\" width=\"128\" height=\"96\""));
    }

    [Fact]
    public void The_same_report_gives_the_same_bytes()
    {
        Assert.Equal(Html, Write());
        Assert.Equal(EvaluationFile.Serialize(Report), EvaluationFile.Serialize(Report));
    }

    [Fact]
    public void Nothing_that_an_author_writes_is_markup()
    {
        Assert.Single(Regex.Matches(Html, "</style>"));
        Assert.Contains("<title>Small &lt;project&gt;: evaluation</title>", Html, StringComparison.Ordinal);
        Assert.DoesNotContain("<project>", Html, StringComparison.Ordinal);
    }

    [Fact]
    public void What_XML_cannot_hold_is_no_crash()
    {
        var hostile = Report with { Notes = ["a\u001B[2J\u0000\uD800\uFFFF\u202Eb"], Title = "x\u0001" };

        var html = Write(hostile);

        Assert.Contains("<p class=\"note\">a\uFFFD[2J\uFFFD\uFFFD\uFFFD\uFFFDb</p>", html, StringComparison.Ordinal);
    }

    [Fact]
    public void It_says_what_the_author_says_and_what_the_base_model_cannot_draw()
    {
        Assert.Contains("<p class=\"note\">Fewer steps: &lt;b&gt;0.7&lt;/b&gt;</p>", Html, StringComparison.Ordinal);
        Assert.Contains(
            "In 3 of 3 pictures of obedience the base model itself does not show what was asked for: ", Html, StringComparison.Ordinal);
    }

    // A browser takes <td/> for a cell that begins.
    [Fact]
    public void No_element_is_closed_in_a_way_that_HTML_does_not_know() =>
        Assert.Empty(Regex.Matches(Html, "<(td|th|p|ul|ol|div|section|b|ins|del)( [^>]*)?/>"));

    [Fact]
    public void The_file_has_every_figure_with_its_interval()
    {
        var character = JsonDocument.Parse(EvaluationFile.Serialize(Report)).RootElement.GetProperty("characters")[0];

        Assert.Equal(0.5, character.GetProperty("identity").GetProperty("lora").GetProperty("value").GetDouble());
        Assert.Equal(0.5, character.GetProperty("leakageAboveBase").GetProperty("low").GetDouble());
        Assert.Equal("obedience", character.GetProperty("cases")[3].GetProperty("case").GetProperty("family").GetString());
    }

    private static string Write(EvaluationReport? report = null)
    {
        using var stream = new MemoryStream();
        EvaluationPage.Write(stream, report ?? Report, _ => new EvaluationThumbnail([1, 2, 3], 128, 96));
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
