using LoraBuild.Dataset.Captions;

namespace LoraBuild.Dataset.Tests.Captions;

public class CaptionTests
{
    [Fact]
    public void Tags_stand_on_one_line() => Assert.Equal("aoi, smile, ^_^", Caption.Of(["aoi", "smile", "^_^"]));

    [Fact]
    public void Line_ends_and_commas_within_a_tag_become_spaces() =>
        Assert.Equal("a b, c d", Caption.Of(["a\r\nb", "c,\u2028d", "\n", " "]));
}
