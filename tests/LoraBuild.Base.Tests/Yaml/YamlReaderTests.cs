using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Yaml;

namespace LoraBuild.Base.Tests.Yaml;

public class YamlReaderTests
{
    public static TheoryData<string> Bad() =>
    [
        "a: !<tag:%> b", "a: !%zz b", "%TAG ! x%\n---\na: b", "a: \"\\U00110000\"", "a: \"\\x", "a: [b\nc: d", "? [a, b]\n: c", "a: *b",
        "a: &b *b", "- a\nb", "...\n...",
        new string('[', 100_000), new string('{', 100_000), string.Concat(Enumerable.Repeat("- ", 100_000)),
        string.Concat(Enumerable.Repeat("? ", 50_000)),
        "a: &a [b]\n" + string.Concat(Enumerable.Range(0, 30).Select(level => $"a{level}: &a [*a, *a, *a, *a, *a, *a, *a, *a, *a]\n")),
    ];

    [Theory]
    [MemberData(nameof(Bad))]
    public void What_is_no_sound_yaml_is_an_error_with_its_line(string text)
    {
        var error = Assert.Throws<LoraBuildException>(() => YamlReader.Read(text, "character.yaml")).Diagnostic;
        Assert.Equal((DiagnosticCode.YamlSyntax, "character.yaml"), (error.Code, error.File));
        Assert.InRange(error.Line, 1, int.MaxValue);
    }

    [Theory]
    [InlineData("trigger: !!binary aGVsbG8=", "!!binary")]
    [InlineData("repeats: !!int 3", "!!int")]
    [InlineData("tags: !!set {a, b}", "!!set")]
    [InlineData("tags: !!omap [a: b]", "!!omap")]
    [InlineData("trigger: !secret x", "!secret")]
    public void A_tag_that_asks_for_another_value_is_refused_with_its_place(string text, string tag)
    {
        var error = Assert.Throws<LoraBuildException>(() => YamlReader.Read(text, "character.yaml")).Diagnostic;
        Assert.Equal((DiagnosticCode.YamlSyntax, 1, text.IndexOf('!') + 1), (error.Code, error.Line, error.Column));
        Assert.Contains($"The YAML tag {tag} asks", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tags_that_say_what_a_value_is_anyway_are_passed_over()
    {
        var root = (YamlMapping)YamlReader.Read("a: !!str ~\nb: !!seq [c]\nd: !!map {e: f}\ng: ! h\ni: \"j\"\n", "character.yaml")!;
        Assert.Equal(new YamlScalar("~", IsNull: false, 1, 4), root.Entries[0].Value);
        Assert.Equal(5, root.Entries.Count);
    }

    [Fact]
    public void Aliases_may_repeat_what_a_character_file_repeats()
    {
        var text = "a: &a [b, c]\n" + string.Concat(Enumerable.Range(0, 10_000).Select(key => $"k{key}: *a\n"));
        Assert.Equal(10_001, Assert.IsType<YamlMapping>(YamlReader.Read(text, "character.yaml")).Entries.Count);
    }
}
