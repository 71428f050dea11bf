using System.Text;
using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Tagging.Tests;

public sealed class WdLabelsTests : IDisposable
{
    private const string Header = "tag_id,name,category,count\n";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_examples_labels_are_four_ratings_and_tags()
    {
        var labels = TaggerLabels.Read(Example.Labels);
        Assert.Equal(158, labels.Count);
        Assert.Equal(4, labels.Count(label => label.Category == LabelCategory.Rating));
        Assert.Equal(2, labels.Count(label => label.Category == LabelCategory.Character));
    }

    [Fact]
    public void Labels_are_told_in_prompt_form()
    {
        var labels = Read(Header + "1,hatsune_miku_(append),4,5\n2,^_^,0,5\n3,long_hair,0,5\n4,\"say_\"\"hi\"\"\",0,5\n");
        Assert.Equal([@"hatsune miku \(append\)", "^_^", "long hair", "say \"hi\""], labels.Select(label => label.Tag));
    }

    /// <summary>The faces among the labels that are published with WD taggers: those with an underscore that is no space.</summary>
    [Theory]
    [InlineData("0_0")]
    [InlineData("(o)_(o)", @"\(o\)_\(o\)")]
    [InlineData("+_+")]
    [InlineData("+_-")]
    [InlineData("._.")]
    [InlineData("<o>_<o>")]
    [InlineData("<|>_<|>")]
    [InlineData("=_=")]
    [InlineData(">_<")]
    [InlineData("3_3")]
    [InlineData("6_9")]
    [InlineData(">_o")]
    [InlineData("@_@")]
    [InlineData("^_^")]
    [InlineData("o_o")]
    [InlineData("u_u")]
    [InlineData("x_x")]
    [InlineData("|_|")]
    [InlineData("||_||")]
    public void A_face_keeps_its_underscore(string label, string? tag = null) =>
        Assert.Equal(tag ?? label, Assert.Single(Read($"{Header}1,{label},0,5\n")).Tag);

    /// <summary>
    /// As the files of the published models write names: in quotes where they hold commas or quotes, which are doubled then.
    /// </summary>
    [Fact]
    public void Names_in_quotes_may_hold_commas_and_quotes_and_further_columns_count_for_nothing()
    {
        var labels =
            Read(
                "tag_id,name,category,count,ips\n1,general,9,5,[]\n2,\"don't_say_\"\"lazy\"\"\",0,5,\"[\"\"k-on!\"\", "
                + "\"\"x\"\"]\"\n3,\"hello,_world\",0,5,[]\n4,saber_(fate),4,5,[]\n");
        Assert.Equal(["general", "don't say \"lazy\"", "hello, world", @"saber \(fate\)"], labels.Select(label => label.Tag));
        Assert.Equal(
            [LabelCategory.Rating, LabelCategory.General, LabelCategory.General, LabelCategory.Character],
            labels.Select(label => label.Category));
    }

    [Fact]
    public void Tags_are_those_at_or_over_their_threshold_in_the_taggers_order()
    {
        var labels = Read(Header + "1,general,9,0\n2,b,0,0\n3,a,0,0\n4,c,4,0\n5,d,4,0\n");
        float[] scores = [1f, 0.4f, 0.9f, 0.79f, 0.8f];
        Assert.Equal(["b", "a", "c", "d"], labels.Select(scores));
        Assert.Equal(["a", "d"], labels.Select(scores, generalThreshold: 0.5f, characterThreshold: 0.8f));
        Assert.Throws<ArgumentException>(() => labels.Select(scores.AsSpan(1)));
    }

    [Fact]
    public void A_byte_order_mark_and_Windows_line_ends_are_accepted() =>
        Assert.Equal(["a", "b"], Read("\uFEFFtag_id,name,category,count\r\n1,a,0,1\r\n2,b,4,1\r\n").Select(label => label.Name));

    [Theory]
    [InlineData("", 1)]
    [InlineData("name,tag_id,category\n1,a,0\n", 1)]
    [InlineData(Header, 1)]
    [InlineData(Header + "1,a,0,1\nb\n", 3)]
    [InlineData(Header + "1,a,0,1\n2,b,7,1\n", 3)]
    [InlineData(Header + "1,,0,1\n", 2)]
    public void A_malformed_line_is_an_error_with_its_number(string content, int line)
    {
        var error = Assert.Throws<LoraBuildException>(() => Read(content));
        Assert.Equal((DiagnosticCode.TaggerLabelsInvalid, line), (error.Diagnostic.Code, error.Diagnostic.Line));
    }

    [Fact]
    public void Another_encoding_is_an_error()
    {
        var error = Assert.Throws<LoraBuildException>(
            () => TaggerLabels.Read(folder.Write("tags.csv", [.. Encoding.ASCII.GetBytes(Header + "1,"), 0xE4, 0xFF, .. ",0,1\n"u8])));
        Assert.Equal(DiagnosticCode.TaggerLabelsInvalid, error.Diagnostic.Code);
    }

    [Fact]
    public void A_missing_file_is_an_error() =>
        Assert.Equal(DiagnosticCode.TaggerMissing, Assert.Throws<LoraBuildException>(() => TaggerLabels.Read(
            folder["nowhere.csv"])).Diagnostic.Code);

    private TaggerLabels Read(string content) => TaggerLabels.Read(folder.Write("selected_tags.csv", Encoding.UTF8.GetBytes(content)));
}
