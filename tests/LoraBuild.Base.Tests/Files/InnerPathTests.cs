using System.Text;
using LoraBuild.Base.Files;

namespace LoraBuild.Base.Tests.Files;

public sealed class InnerPathTests
{
    [Theory]
    [InlineData("", "is empty")]
    [InlineData(".", "means a folder")]
    [InlineData("..", "means a folder")]
    [InlineData("x/../../escaped", "has a slash")]
    [InlineData(@"x\..\..\escaped", "has a slash")]
    [InlineData("/etc", "has a slash")]
    [InlineData("a\u2215b", "has a slash")]
    [InlineData("a\u2044b", "has a slash")]
    [InlineData("a\uFF0Fb", "has a slash")]
    [InlineData("a\uFF3Cb", "has a slash")]
    [InlineData("~", "begins with '~' or a drive")]
    [InlineData("~root", "begins with '~' or a drive")]
    [InlineData("C:x", "begins with '~' or a drive")]
    [InlineData("a\0b", "has a character that cannot be seen")]
    [InlineData("a\nb", "has a character that cannot be seen")]
    [InlineData("a\u001Bb", "has a character that cannot be seen")]
    [InlineData("gpj.\u202Eexe", "has a character that cannot be seen")]
    [InlineData("left.", "begins with a space, or ends with a dot or a space")]
    [InlineData("left ", "begins with a space, or ends with a dot or a space")]
    [InlineData(" left", "begins with a space, or ends with a dot or a space")]
    [InlineData("nul", "is the name of a device")]
    [InlineData("COM1.txt", "is the name of a device")]
    [InlineData("lpt\u00B9", "is the name of a device")]
    public void A_name_that_is_no_name_is_refused_with_its_reason(string name, string reason) =>
        Assert.Equal(reason, InnerPath.NameFault(name));

    [Theory]
    [InlineData('a', 179)]
    [InlineData('あ', 59)]
    [InlineData('.', 1)]
    public void A_text_of_any_length_is_soon_a_name(char character, int length)
    {
        var before = Environment.CpuUsage.TotalTime;
        Assert.Equal(length, InnerPath.SafeName(new string(character, 2_000_000)).Length);
        Assert.InRange((Environment.CpuUsage.TotalTime - before).TotalSeconds, 0, 10);
    }

    [Fact]
    public void A_lone_surrogate_and_a_long_name_are_refused()
    {
        Assert.Equal("has a character that cannot be seen", InnerPath.NameFault("a\uD800"));
        Assert.Equal("is longer than 180 bytes", InnerPath.NameFault(new string('あ', 61)));
        Assert.Null(InnerPath.NameFault(new string('あ', 60)));
    }

    [Theory]
    [InlineData("left")]
    [InlineData("left eye")]
    [InlineData("左 😀")]
    [InlineData("a..b")]
    [InlineData(".hidden")]
    [InlineData("console")]
    [InlineData("com10")]
    public void Other_names_stay(string name)
    {
        Assert.Null(InnerPath.NameFault(name));
        Assert.Equal(name, InnerPath.SafeName(name));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/etc/passwd")]
    [InlineData(@"\\server\share")]
    [InlineData(@"C:\x")]
    [InlineData("~/x")]
    [InlineData("a/../../x")]
    [InlineData(@"a\..\..\x")]
    [InlineData("..")]
    [InlineData("a//b")]
    [InlineData("./a")]
    [InlineData("a\0b")]
    public void A_path_that_leads_elsewhere_is_refused(string path)
    {
        Assert.NotNull(InnerPath.PathFault(path));
        Assert.Null(InnerPath.Combine("/project", path));
    }

    [Fact]
    public void Other_paths_stay()
    {
        Assert.Equal("/project/images/high/12:30 あ.png", InnerPath.Combine("/project", "images/high/12:30 あ.png"));
        Assert.Null(InnerPath.PathFault("images/**/*.png"));
    }

    [Theory]
    [InlineData("../../escaped", "....escaped")]
    [InlineData("..", "_")]
    [InlineData("", "_")]
    [InlineData("???", "_")]
    [InlineData("~root", "_~root")]
    [InlineData("aux", "_aux")]
    [InlineData("hoshino. ", "hoshino")]
    [InlineData("a\u202E\u2215\nb", "ab")]
    public void A_name_is_made_of_any_text(string text, string name)
    {
        Assert.Equal(name, InnerPath.SafeName(text));
        Assert.Null(InnerPath.NameFault(name));
    }

    [Fact]
    public void Every_name_that_is_made_is_one()
    {
        const string letters = "ab./\\:~ \u00A0\u202E\uD83D\uDE00\u2215\0\ncon1あ";
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var text = new string(random.GetItems<char>(letters, random.Next(12)));
            Assert.Null(InnerPath.NameFault(InnerPath.SafeName(text)));
        }
    }

    [Fact]
    public void A_long_text_is_cut_between_characters()
    {
        var name = InnerPath.SafeName(string.Concat(Enumerable.Repeat("😀", 100)));

        Assert.Equal(176, Encoding.UTF8.GetByteCount(name));
        Assert.Null(InnerPath.NameFault(name));
    }
}
