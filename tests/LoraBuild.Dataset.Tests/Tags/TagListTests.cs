using System.Text;
using FsCheck.Xunit;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Tests.Tags;

public sealed class TagListTests : IDisposable
{
    private readonly string file = Path.GetTempFileName();

    public void Dispose() => File.Delete(file);

    [Theory]
    [InlineData("1girl, solo, long_hair")]
    [InlineData("1girl,solo,long hair,")]
    [InlineData("1girl\r\nsolo\r\nlong hair\r\n")]
    [InlineData("\n1girl, , solo,\nlong   hair, ,")]
    public void Commas_and_line_ends_separate_and_empty_entries_vanish(string text) =>
        Assert.Equal(["1girl", "solo", "long hair"], TagList.Parse(text));

    [Theory]
    [InlineData("(smile, hat:1.5), sitting", "(smile:1.5)|(hat:1.5)|sitting")]
    [InlineData("((smile), [hat, long_hair]:0.8)", "((smile):0.8)|([hat]:0.8)|([long hair]:0.8)")]
    [InlineData("(smile), saber_(fate), :(", @"(smile)|saber \(fate\)|:\(")]
    [InlineData("(smile\nhat:1.5)", @"\(smile|hat:1.5\)")]
    public void Brackets_around_several_tags_weigh_each_of_them(string text, string tags) =>
        Assert.Equal(tags.Split('|'), TagList.Parse(text));

    [Theory]
    [InlineData("smile\uFF0Chat")]
    [InlineData("smile\u3001 hat")]
    [InlineData("smile\u2028hat\uFEFF")]
    public void Commas_of_other_keyboards_separate_too(string text) => Assert.Equal(["smile", "hat"], TagList.Parse(text));

    [Fact]
    public void A_text_of_brackets_takes_no_longer_than_its_length()
    {
        var text = new string('(', 300_000) + "a" + new string(')', 300_000);
        Assert.Single(TagList.Parse(text));
    }

    [Fact]
    public void Repetitions_stay_for_dedupe_to_report() => Assert.Equal(["hat", "hat"], TagList.Parse("hat, hat"));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_file_is_read_with_and_without_a_byte_order_mark(bool mark)
    {
        File.WriteAllText(file, "café, 星", new UTF8Encoding(mark));
        Assert.Equal(["café", "星"], TagList.Read(file));
    }

    [Theory]
    [InlineData(new byte[] { (byte)'a', (byte)'\n', (byte)'b', 0xE9, (byte)'c' }, 2, 2)]
    [InlineData(new byte[] { 0xFF, 0xFE, (byte)'a', 0 }, 1, 1)]
    [InlineData(new byte[] { 0xC3, 0xA9, 0 }, 1, 2)]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF, (byte)'a', 0x80 }, 1, 2)]
    public void What_is_not_UTF_8_is_an_error_with_line_and_column(byte[] content, int line, int column)
    {
        File.WriteAllBytes(file, content);
        var diagnostic = Assert.Throws<LoraBuildException>(() => TagList.Read(file)).Diagnostic;
        Assert.Equal(
            (DiagnosticCode.TagFileEncoding, file, line, column), (diagnostic.Code, diagnostic.File, diagnostic.Line, diagnostic.Column));
    }

    [Fact]
    public void A_file_that_is_not_there_is_an_error_that_names_it()
    {
        var diagnostic = Assert.Throws<LoraBuildException>(() => TagList.Read(file + ".gone")).Diagnostic;
        Assert.Equal((DiagnosticCode.CannotRead, file + ".gone"), (diagnostic.Code, diagnostic.File));
    }

    [Property]
    public void What_is_written_is_read_back(string?[] words)
    {
        var tags = TagList.Parse(string.Join(',', words));
        Assert.Equal(tags, TagList.Parse(TagList.Format(tags)));
    }
}
