using System.Text.Json;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Tests.Tags;

public class ImplicationTableTests
{
    private static readonly ImplicationTable Danbooru = ImplicationTable.Danbooru;

    [Theory]
    [InlineData("green skirt", "skirt")]
    [InlineData("dress shirt", "shirt")]
    [InlineData("holding cup", "cup")]
    [InlineData("holding cup", "holding")]
    [InlineData("white background", "simple background")]
    [InlineData("frilled shirt collar", "frills")]
    [InlineData("black microskirt", "skirt")]
    [InlineData("very long hair", "long hair")]
    [InlineData("scar on cheek", "scar")]
    [InlineData(":d", "open mouth")]
    public void A_tag_implies_what_its_words_or_the_table_say(string tag, string implied) => Assert.True(Danbooru.Implies(tag, implied));

    [Fact]
    public void A_tag_does_not_imply_itself() => Assert.False(Danbooru.Implies("skirt", "skirt"));

    [Theory]
    [InlineData("dress shirt", "dress")]
    [InlineData("half-closed eyes", "closed eyes")]
    [InlineData("no pants", "pants")]
    [InlineData("fake animal ears", "animal ears")]
    [InlineData("black fake animal ears", "animal ears")]
    [InlineData("stuffed rabbit", "rabbit")]
    [InlineData("holding stuffed rabbit", "rabbit")]
    [InlineData("unworn hat", "hat")]
    [InlineData("holding hands", "holding")]
    [InlineData("sword on back", "on back")]
    [InlineData("blue sailor collar", "collar")]
    [InlineData("garter belt", "belt")]
    [InlineData("wooden chair", "hair")]
    [InlineData("polar bears", "ears")]
    public void Words_that_only_sound_alike_imply_nothing(string tag, string other) => Assert.False(Danbooru.Implies(tag, other));

    [Fact]
    public void An_exception_takes_away_its_own_ending_only() => Assert.True(Danbooru.Implies("blue sailor collar", "sailor collar"));

    [Fact]
    public void The_table_has_what_a_character_dataset_needs() => Assert.True(Danbooru.PairCount >= 1500, $"{Danbooru.PairCount} pairs");

    [Fact]
    public void Every_implication_of_the_mini_world_is_known()
    {
        using var truth = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Data", "mini-world-truth.json")));
        var pairs = truth.RootElement.GetProperty("implications").EnumerateObject()
            .SelectMany(
                entry => entry.Value.EnumerateArray().Select(implied => (Tag.Normalize(entry.Name), Tag.Normalize(implied.GetString()!))))
            .ToList();
        Assert.Equal(76, pairs.Count);
        Assert.All(pairs, pair => Assert.True(Danbooru.Implies(pair.Item1, pair.Item2), pair.ToString()));
    }

    [Theory]
    [InlineData("a <- b\nb <- c\nc <- a", 3)]
    [InlineData("hat <- cap\n\npencil skirt <- skirt", 3)]
    [InlineData("x y <- x *", 1)]
    public void A_cycle_is_an_error_with_a_line_even_by_way_of_a_tags_own_words(string text, int line)
    {
        var diagnostic = Assert.Throws<LoraBuildException>(() => ImplicationTable.Parse(text, "own.txt")).Diagnostic;
        Assert.Equal((DiagnosticCode.TableInvalid, "own.txt", line), (diagnostic.Code, diagnostic.File, diagnostic.Line));
    }

    [Fact]
    public void A_cycle_through_both_tables_is_told_with_the_line_of_the_authors()
    {
        var diagnostic =
            Assert.Throws<LoraBuildException>(() => ImplicationTable.ParseOwn("# own\nmicroskirt <- skirt", "own.txt")).Diagnostic;
        Assert.Equal(("own.txt", 2), (diagnostic.File, diagnostic.Line));
        Assert.Contains("'skirt' implies 'microskirt'", diagnostic.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_authors_table_adds_pairs_to_the_one_that_ships()
    {
        var table = ImplicationTable.ParseOwn("skirt <- petal skort\nholding <- clutching *\ncollar <- sailor collar", "own.txt");
        Assert.True(table.Implies("red petal skort", "skirt"));
        Assert.True(table.Implies("clutching book", "holding"));
        Assert.True(table.Implies("sailor collar", "collar"));
        Assert.True(table.Implies("beret", "hat"));
    }

    [Fact]
    public void The_authors_table_cancels_pairs_by_whatever_way_they_would_come()
    {
        var table = ImplicationTable.ParseOwn("hat </- beret\njewelry </- hoop earrings\nskirt </- green skirt", "own.txt");
        Assert.False(table.Implies("beret", "hat"));
        Assert.False(table.Implies("red beret", "hat"));
        Assert.True(table.Implies("hoop earrings", "earrings"));
        Assert.False(table.Implies("hoop earrings", "jewelry"));
        Assert.True(table.Implies("stud earrings", "jewelry"));
        Assert.False(table.Implies("green skirt", "skirt"));
        Assert.True(table.Implies("red skirt", "skirt"));
    }

    [Theory]
    [InlineData("hat <- beret\nhat : cap", 2)]
    [InlineData("hat <- beret,\n  cap\nhat <- hat", 3)]
    [InlineData("* <- no *", 1)]
    [InlineData("hat </- witch *", 1)]
    public void A_malformed_entry_is_an_error_with_its_line(string text, int line)
    {
        var diagnostic = Assert.Throws<LoraBuildException>(() => ImplicationTable.Parse(text, "own.txt")).Diagnostic;
        Assert.Equal((DiagnosticCode.TableInvalid, "own.txt", line), (diagnostic.Code, diagnostic.File, diagnostic.Line));
    }

    [Fact]
    public void Comments_continued_lines_and_exceptions_are_read()
    {
        var table = ImplicationTable.Parse("# hats\nhat <- beret,\n    fez\nring </- key ring\n* </- toy *\n", "own.txt");
        Assert.True(table.Implies("red fez", "hat"));
        Assert.False(table.Implies("big key ring", "ring"));
        Assert.False(table.Implies("toy hat", "hat"));
        Assert.Equal(2, table.PairCount);
    }
}
