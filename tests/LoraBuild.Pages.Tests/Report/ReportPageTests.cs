using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using LoraBuild.Pages.Report;
using LoraBuild.Protocol.Logging;
using LoraBuild.Protocol.Previews;
using LoraBuild.Settings;
using LoraBuild.Settings.Sampling;

namespace LoraBuild.Pages.Tests.Report;

public class ReportPageTests
{
    private static readonly string Html = Write();

    [Fact]
    public void The_page_needs_no_other_file() =>
        Assert.DoesNotMatch(new Regex(@"https?:|<link|<script[^>]*src|@import|url\(", RegexOptions.IgnoreCase), Html);

    [Fact]
    public void The_same_data_give_the_same_bytes() => Assert.Equal(Html, Write());

    [Fact]
    public void Nothing_that_an_author_writes_ends_a_script_or_is_markup()
    {
        Assert.Equal(3, Regex.Count(Html, "</script", RegexOptions.IgnoreCase));
        Assert.DoesNotContain("<project>", Html, StringComparison.Ordinal);
        Assert.Contains("<title>Small &lt;project&gt;</title>", Html, StringComparison.Ordinal);
    }

    [Fact]
    public void The_data_are_within_as_json()
    {
        var data = JsonDocument.Parse(Within("data")).RootElement;
        Assert.Equal("</script><b>星", data.GetProperty("pictures")[0].GetProperty("raw")[0].GetString());
        Assert.Equal("Removed", data.GetProperty("pictures")[0].GetProperty("changes")[1].GetProperty("kind").GetString());
        var thumbnail = JsonDocument.Parse(Within("thumbnails")).RootElement[0];
        Assert.Equal([1, 2, 3], thumbnail.GetProperty("image").GetBytesFromBase64());
        Assert.Equal((139, 208), (thumbnail.GetProperty("width").GetInt32(), thumbnail.GetProperty("height").GetInt32()));
    }

    [Fact]
    public void Before_the_training_the_page_says_so() =>
        Assert.Contains("The training has not ended yet.", Html, StringComparison.Ordinal);

    [Fact]
    public void After_the_training_it_has_curves_and_a_row_of_previews_for_each_moment()
    {
        // 2,000 steps of 500 an epoch: losses fall from 1 to 0.5, and are averaged over an epoch.
        double[] losses = [.. Enumerable.Range(0, 2000).Select(step => 1 - (0.5 * step / 1999))];
        var log = new TrainingLog(500, losses, [.. losses.Select(loss => loss * 1e-4)], [.. losses.Select(_ => 2e-5)]);
        PictureRequest[] prompts =
            [new() { Prompt = "aoi <smile>", Width = 512, Height = 256 }, new() { Prompt = "1girl", Width = 64, Height = 64 }];
        PreviewRow[] rows =
        [
            new(new(0, 0), [new("a.png", ""), new("b.png", "")], new("g.png", "")),
            new(new(500, 1), [new("c.png", ""), new("d.png", "")], new("h.png", "")),
            new(new(700, null), [new("e.png", ""), new("f.png", "")], new("i.png", "")),
        ];
        var training = new ReportTraining(
            log, new(prompts, rows),
            rows.SelectMany(row => row.Pictures).ToDictionary(file => file.Name, file => Encoding.UTF8.GetBytes(file.Name)));

        var html = Write(training);

        Assert.Equal(html, Write(training));
        var inner = Regex.Match(html, "<h2 id=\"training-title\">Training</h2>(.*?)</section>", RegexOptions.Singleline).Groups[1].Value;
        // HTML's pictures have no end.
        var section = XElement.Parse($"<section>{Regex.Replace(inner, "<img[^>]*>", "")}</section>");
        Assert.Equal(
            ["Loss over 2000 steps, at most 1", "Learning rate over 2000 steps, at most 0.0001"],
            section.Descendants("svg").Select(svg => svg.Attribute("aria-label")!.Value));
        var lines =
            section.Descendants("polyline").Select(line => line.Attribute("points")!.Value.Split(' ').Select(Point).ToList()).ToList();
        Assert.Equal(4, lines.Count);
        // No more points than the chart is wide; from its left to its right edge; the higher the loss, the further up.
        Assert.All(lines, line => Assert.InRange(line.Count, 400, 564));
        Assert.True(lines[0][0].Y < 30 && Math.Abs(lines[0][^1].Y - 120) < 1 && lines[0][0].X < 66 && lines[0][^1].X > 626);
        // The average lags behind by half an epoch.
        Assert.True(lines[1][^1].Y < lines[0][^1].Y - 8);
        Assert.Equal(["step 0", "epoch 1", "step 700"], section.Descendants("tbody").Single().Descendants("th").Select(cell => cell.Value));
        Assert.Equal(["After", "aoi <smile>", "1girl"], section.Descendants("thead").Single().Descendants("th").Select(cell => cell.Value));
        var pictures =
            Regex.Matches(html, "<td><img src=\"data:image/jpeg;base64,([^\"]*)\" alt=\"([^\"]*)\" width=\"(\\d+)\" height=\"(\\d+)\">");
        Assert.Equal(["a.png", "b.png", "c.png", "d.png", "e.png", "f.png"], pictures.Select(match => Encoding.UTF8.GetString(
            Convert.FromBase64String(match.Groups[1].Value))));
        Assert.Equal(
            ("aoi &lt;smile&gt;, after epoch 1", "208", "104"),
            (pictures[2].Groups[2].Value, pictures[2].Groups[3].Value, pictures[2].Groups[4].Value));

        static (double X, double Y) Point(string text) =>
            (double.Parse(text.Split(',')[0], CultureInfo.InvariantCulture), double.Parse(
                text.Split(',')[1], CultureInfo.InvariantCulture));
    }

    private static string Within(string id) => Regex.Match(Html, $"id=\"{id}\">(.*?)</script>", RegexOptions.Singleline).Groups[1].Value;

    private static string Write(ReportTraining? training = null)
    {
        var data = ReportBuilder.Build(SmallReport.Of(new TrainingSettings(), ("a", "</script><b>星, black hair", null)));
        using var stream = new MemoryStream();
        ReportPage.Write(stream, data, [.. data.Pictures.Select(picture => ReportThumbnail.Of(picture, [1, 2, 3]))], training);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
