using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using LoraBuild.Core.Report;
using LoraBuild.Core.Settings;

namespace LoraBuild.Core.Tests.Report;

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
        Assert.Equal(3, Regex.Matches(Html, "</script", RegexOptions.IgnoreCase).Count);
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

    private static string Within(string id) => Regex.Match(Html, $"id=\"{id}\">(.*?)</script>", RegexOptions.Singleline).Groups[1].Value;

    private static string Write()
    {
        var data = ReportBuilder.Build(SmallReport.Of(new TrainingSettings(), ("a", "</script><b>星, black hair", null)));
        using var stream = new MemoryStream();
        ReportPage.Write(stream, data, [.. data.Pictures.Select(picture => ReportThumbnail.Of(picture, [1, 2, 3]))]);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
