using FsCheck.Xunit;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Dedupe;
using LoraBuild.Dataset.Features;
using LoraBuild.Dataset.Outfits;
using LoraBuild.Dataset.Tables;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Tests.Tags;

/// <summary>Tag files and tables of any size take time and memory in proportion to it; what short tags say is the same as ever.</summary>
public class LongTagTests
{
    // Processor time of the whole process, so that a busy machine does not count: many times what is taken, and a small part of what
    // time in proportion to a power of the words would be.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly Character Aoi = Character.Named("hoshino aoi") with
    {
        Features = FeatureRules.Default with { Patterns = ["[a-z ]+ tattoo", "(a+)+b"] },
        Outfits =
        [
            new("race", ["white shirt", "yellow necktie", "black gloves", "black skirt"], When: new OutfitCondition(["necktie"], [])),
            new("dress", ["white dress", "frilled collar"]),
        ],
    };

    public static TheoryData<string> Files() => new()
    {
        string.Join(' ', Enumerable.Range(0, 300).Select(word => $"word{word}")),
        string.Join(' ', Enumerable.Range(0, 3000).Select(word => $"word{word}")),
        string.Join(' ', Enumerable.Repeat("hair", 20_000)) + " 1",
        string.Join(' ', Enumerable.Repeat("a", 50_000)),
        new string('a', 100_000),
        new string('1', 100_000) + "x",
        $"(a:{new string('1', 100_000)}",
        string.Concat(Enumerable.Repeat("(", 20_000)) + "a" + string.Concat(Enumerable.Repeat(":1)", 20_000)),
        string.Join(", ", Enumerable.Range(0, 20_000).Select(tag => $"red thing{tag} skirt")),
        string.Join(", ", Enumerable.Range(0, 20_000).Select(tag => $"tag {tag % 100}")),
        new string(',', 100_000),
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void A_tag_file_of_any_size_is_soon_done(string file)
    {
        var before = Environment.CpuUsage.TotalTime;
        var raw = PictureTags.Of(TagList.Parse(file));
        var survey = new FeatureSurvey(Aoi, [("1", raw.Tags)], 0.1);
        var stripped = new FeatureStripper(Aoi, survey.Spared).Strip(raw);
        var deduped = new TagDeduplicator(Aoi, ImplicationTable.Danbooru).Deduplicate(stripped);
        var aligned = new OutfitAligner(Aoi, AlignmentOptions.Default).Align(deduped, new PictureEvidence(raw.Tags), null, ["boots"]);
        _ = ContradictionTable.Default.Find(raw.Tags, ImplicationTable.Danbooru);
        Assert.Equal("hoshino aoi", aligned.Tags.Tags[0]);
        Assert.InRange(Environment.CpuUsage.TotalTime - before, TimeSpan.Zero, Patience);
    }

    [Fact]
    public void Garments_that_repeat_in_a_tag_file_take_no_memory_each_time()
    {
        var her = Aoi with { Outfits = [new("race", ["white shirt", "black skirt"])] };
        var raw = PictureTags.Of([.. Enumerable.Range(0, 60_000).Select(place => place % 2 == 0 ? "red skirt" : "black skirt")]);
        var aligner = new OutfitAligner(her, AlignmentOptions.Default);
        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = aligner.Align(raw, new PictureEvidence(raw.Tags), "race", []);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100 << 20);
    }

    [Fact]
    public void A_sentence_says_what_its_last_words_say()
    {
        var sentence = string.Join(' ', Enumerable.Repeat("and", 300)) + " black skirt";
        Assert.True(ImplicationTable.Danbooru.Implies(sentence, "black skirt"));
        Assert.True(ImplicationTable.Danbooru.Implies(sentence, "skirt"));
        Assert.Equal("skirt", GarmentTable.Default.Named(sentence)?.Name);
    }

    [Fact]
    public void A_word_that_denies_what_follows_counts_wherever_it_stands() =>
        Assert.False(ImplicationTable.Danbooru.Implies("no " + string.Join(' ', Enumerable.Repeat("and", 300)) + " skirt", "skirt"));

    [Fact]
    public void A_chain_of_20_000_lines_is_followed_to_its_end()
    {
        var before = Environment.CpuUsage.TotalTime;
        var table = ImplicationTable.ParseOwn(
            string.Join('\n', Enumerable.Range(0, 20_000).Select(link => $"link{link + 1} <- link{link}")), "own.txt");
        Assert.True(table.Implies("link0", "link20000"));
        Assert.InRange(Environment.CpuUsage.TotalTime - before, TimeSpan.Zero, Patience);
    }

    [Fact]
    public void A_tag_that_implies_20_000_others_does()
    {
        var before = Environment.CpuUsage.TotalTime;
        var table =
            ImplicationTable.ParseOwn(string.Join('\n', Enumerable.Range(0, 20_000).Select(other => $"other{other} <- one")), "own.txt");
        Assert.Equal(20_000, table.Implied("one").Count);
        Assert.InRange(Environment.CpuUsage.TotalTime - before, TimeSpan.Zero, Patience);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(19_000)]
    public void A_circle_of_many_lines_is_an_error_of_readable_length(int backTo)
    {
        var before = Environment.CpuUsage.TotalTime;
        var chain = Enumerable.Range(0, 20_000).Select(link => $"link{link + 1} <- link{link}").Append($"link{backTo} <- link20000");
        var error = Assert.Throws<LoraBuildException>(() => ImplicationTable.ParseOwn(string.Join('\n', chain), "own.txt")).Diagnostic;
        Assert.Equal((DiagnosticCode.TableInvalid, 20_001), (error.Code, error.Line));
        Assert.True(error.Message.Length < 1000, $"{error.Message.Length}");
        Assert.InRange(Environment.CpuUsage.TotalTime - before, TimeSpan.Zero, Patience);
    }

    [Fact]
    public void An_entry_over_20_000_lines_is_one_entry()
    {
        var text = "skirt <- one," + string.Concat(Enumerable.Range(0, 20_000).Select(tag => $"\n  tag{tag},"));
        Assert.True(ImplicationTable.ParseOwn(text, "own.txt").Implies("tag19999", "skirt"));
        Assert.Equal(1, Assert.Single(TableFile.Parse(text)).Line);
    }

    [Fact]
    public void An_entry_that_is_a_sentence_is_an_error_with_its_line()
    {
        var error = Assert.Throws<LoraBuildException>(
            () => ImplicationTable.ParseOwn("# mine\nskirt <- " + string.Join(' ', Enumerable.Repeat("and", 40)), "own.txt"));
        Assert.Equal((DiagnosticCode.TableInvalid, 2), (error.Diagnostic.Code, error.Diagnostic.Line));
    }

    [Property(MaxTest = 500)]
    public void What_tags_imply_is_what_the_rules_say_word_by_word(int[] picks, int words)
    {
        var tag =
            string.Join(' ', picks.Take(1 + (words & 3)).Select(pick => AnyTags.AllKnown[(pick & int.MaxValue) % AnyTags.AllKnown.Count]));
        Assert.Equal(Spelled.Danbooru.Implied(tag), ImplicationTable.Danbooru.Implied(tag));
    }

    [Fact]
    public void What_the_tables_tags_imply_is_what_the_rules_say_word_by_word()
    {
        foreach (var tag in Spelled.Danbooru.Tags)
        {
            Assert.Equal(Spelled.Danbooru.Implied(tag), ImplicationTable.Danbooru.Implied(tag));
            Assert.Equal(Spelled.Danbooru.Implied("very red " + tag), ImplicationTable.Danbooru.Implied("very red " + tag));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("hat")]
    [InlineData("black hat")]
    [InlineData("a b c d")]
    public void Endings_and_beginnings_are_bounded_by_words(string phrase)
    {
        var words = phrase.Split(' ');
        for (var most = 1; most < 6; most++)
        {
            Assert.Equal(Enumerable.Range(0, words.Length).Select(first => words[first..]).Where(
                ending => ending.Length <= most && phrase != "")
                .Select(ending => string.Join(' ', ending)), Words.Endings(phrase, most));
            Assert.Equal(Enumerable.Range(1, words.Length - 1).Where(count => count <= most).Select(count => string.Join(
                ' ', words[..count])), Words.Beginnings(phrase, most));
        }
    }

    /// <summary>The rules of the table, written down as they are told, at whatever cost in time.</summary>
    private sealed class Spelled
    {
        public static readonly Spelled Danbooru = new();

        private readonly List<(string Tag, string Implied)> pairs = [];
        private readonly List<(string First, string Implied)> byFirstWords = [];
        private readonly HashSet<(string Tag, string Ending)> exceptions = [];
        private readonly HashSet<string> denying = [];

        private Spelled()
        {
            foreach (var entry in TableFile.ReadEmbedded("Tags/implications.txt"))
            {
                var denies = entry.Text.Contains(" </- ", StringComparison.Ordinal);
                var sides = entry.Text.Split(denies ? " </- " : " <- ");
                var implied = Tag.Normalize(sides[0]);
                foreach (var tag in TagList.Parse(sides[1]))
                {
                    if (denies && implied == "*") denying.Add(tag[..^2]);
                    else if (denies) exceptions.Add((tag, implied));
                    else if (tag.EndsWith(" *", StringComparison.Ordinal)) byFirstWords.Add((tag[..^2], implied));
                    else pairs.Add((tag, implied));
                }
            }
        }

        public IEnumerable<string> Tags => pairs.Select(pair => pair.Tag).Distinct();

        public List<string> Implied(string tag)
        {
            var implied = new List<string>();
            for (var next = -1; next < implied.Count; next++)
            {
                foreach (var (other, byWords) in Directly(next < 0 ? tag : implied[next]))
                    if (!(byWords && IsException(tag, other)) && !implied.Contains(other)) implied.Add(other);
            }

            return implied;
        }

        private IEnumerable<(string Tag, bool ByWords)> Directly(string tag)
        {
            foreach (var pair in pairs.Where(pair => pair.Tag == tag)) yield return (pair.Implied, false);
            var words = tag.Split(' ');
            for (var count = 1; count < words.Length; count++)
                foreach (var pair in byFirstWords.Where(pair => pair.First == string.Join(' ', words[..count])))
                    if (!IsException(tag, pair.Implied)) yield return (pair.Implied, false);
            for (var first = 1; first < words.Length && !denying.Contains(words[first - 1]); first++)
                if (string.Join(' ', words[first..]) is var ending && !IsException(tag, ending)) yield return (ending, true);
        }

        private bool IsException(string tag, string ending)
        {
            var words = tag.Split(' ');
            return Enumerable.Range(0, words.Length).Any(first => exceptions.Contains((string.Join(' ', words[first..]), ending)));
        }
    }
}
