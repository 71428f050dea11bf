using System.Text.RegularExpressions;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Tests.Tags;

/// <summary>The implications that ship with LoraBuild, entry by entry, read here by a reader of its own.</summary>
public partial class DanbooruTableTests
{
    private static readonly ImplicationTable Danbooru = ImplicationTable.Danbooru;
    private static readonly IReadOnlyList<(string Left, bool Denies, string Tag)> Entries = Read();
    private static readonly IReadOnlyList<(string Implied, string Tag)> Pairs =
        [.. Entries.Where(entry => !entry.Denies && !entry.Tag.EndsWith(" *", StringComparison.Ordinal))
            .Select(entry => (entry.Left, entry.Tag))];

    private static readonly IReadOnlyList<(string Ending, string Tag)> Exceptions =
        [.. Entries.Where(entry => entry.Denies && entry.Left != "*").Select(entry => (entry.Left, entry.Tag))];

    [Fact]
    public void It_has_the_pairs_that_are_counted()
    {
        Assert.True(Pairs.Count >= 1500, $"{Pairs.Count} pairs");
        Assert.Equal(Danbooru.PairCount, Entries.Count(entry => !entry.Denies));
    }

    [Fact]
    public void Every_tag_is_spelt_as_captions_spell_it()
    {
        var tags = Entries.SelectMany(entry => new[] { entry.Left, entry.Tag }).Where(tag => tag != "*")
            .Select(tag => tag.EndsWith(" *", StringComparison.Ordinal) ? tag[..^2] : tag);
        Assert.All(tags.Distinct(), tag =>
        {
            Assert.Equal(Tag.Normalize(tag), tag);
            Assert.Matches(Shape(), tag);
        });
    }

    [Fact]
    public void No_entry_stands_twice() =>
        Assert.Empty(Entries.GroupBy(entry => entry).Where(same => same.Count() > 1).Select(same => same.Key));

    [Fact]
    public void No_pair_says_what_the_tags_own_words_say_already() =>
        Assert.DoesNotContain(Pairs, pair => pair.Tag.EndsWith($" {pair.Implied}", StringComparison.Ordinal)
            && !Exceptions.Contains((pair.Implied, pair.Tag)));

    [Fact]
    public void Nothing_implies_itself_by_whatever_way() =>
        Assert.DoesNotContain(
            Pairs.SelectMany(pair => new[] { pair.Tag, pair.Implied }), tag => Danbooru.Implied(tag).Contains(tag, Tag.Comparer));

    [Fact]
    public void Every_exception_is_one_and_holds_whatever_else_the_table_says()
    {
        Assert.All(Exceptions, exception =>
        {
            Assert.True(
                exception.Tag.EndsWith($" {exception.Ending}", StringComparison.Ordinal)
                    || exception.Tag.StartsWith($"{exception.Ending} ", StringComparison.Ordinal),
                $"'{exception.Tag}' does not end with '{exception.Ending}'");
            Assert.False(Danbooru.Implies(exception.Tag, exception.Ending), $"'{exception.Tag}' implies '{exception.Ending}' all the same");
        });
    }

    [Fact]
    public void Nothing_implies_what_contradicts_it()
    {
        var plain = ImplicationTable.Parse("", "none.txt");
        foreach (var tag in Pairs.SelectMany(pair => new[] { pair.Tag, pair.Implied }).Distinct())
        {
            var contradictions = ContradictionTable.Default.Find([tag, .. Danbooru.Implied(tag)], plain);
            Assert.True(contradictions.Count == 0, $"{tag}: {string.Join(", ", contradictions)}");
        }
    }

    // Of each sort that the table is about: what Danbooru's own implications say, and what only looks as if they did.
    [Theory]
    [InlineData("garrison cap", "hat")]
    [InlineData("kneehighs", "socks")]
    [InlineData("hair flower", "hair ornament")]
    [InlineData("hair ribbon", "ribbon")]
    [InlineData("cropped shirt", "crop top")]
    [InlineData("cropped hoodie", "hoodie")]
    [InlineData("juliet sleeves", "puffy sleeves")]
    [InlineData("sleeves past fingers", "long sleeves")]
    [InlineData("sleeveless dress", "sleeveless")]
    [InlineData("plaid skirt", "plaid")]
    [InlineData("frilled shirt collar", "frilled collar")]
    [InlineData("bikini armor", "armor")]
    [InlineData("bikini tan", "tanlines")]
    [InlineData("bridal gauntlets", "gloves")]
    [InlineData("high heel boots", "boots")]
    [InlineData("off-shoulder jacket", "off shoulder")]
    [InlineData("side drill", "drill hair")]
    [InlineData("kyuubi", "multiple tails")]
    [InlineData("guinea pig", "animal")]
    [InlineData("hug from behind", "hug")]
    [InlineData("on stomach", "lying")]
    [InlineData("holding spear", "holding")]
    [InlineData("holding bouquet", "holding flower")]
    [InlineData("sideways glance", "looking to the side")]
    [InlineData("champagne flute", "cup")]
    [InlineData("candy cane", "candy")]
    [InlineData("4koma", "comic")]
    [InlineData("red bowtie", "red bow")]
    [InlineData("vertical-striped skirt", "striped skirt")]
    [InlineData("blue rose", "blue flower")]
    [InlineData("^_^", "closed eyes")]
    [InlineData("xd", "closed eyes")]
    [InlineData(">_o", "one eye closed")]
    [InlineData(">:\\(", "v-shaped eyebrows")]
    [InlineData(":|", "closed mouth")]
    [InlineData("c:", "smile")]
    [InlineData("elf", "pointy ears")]
    [InlineData("dark elf", "pointy ears")]
    [InlineData("arachne", "taur")]
    [InlineData("lemon slice", "fruit")]
    [InlineData("hat removed", "hat")]
    [InlineData("year of the dog", "chinese zodiac")]
    [InlineData("cum on hair", "cum")]
    [InlineData("remote control vibrator", "sex toy")]
    [InlineData("girl sandwich", "multiple girls")]
    [InlineData("bokeh", "blurry")]
    [InlineData("sunflower hair ornament", "flower")]
    [InlineData("spoken question mark", "?")]
    [InlineData("thick lips", "lips")]
    [InlineData("microskirt", "skirt")]
    [InlineData("star in eye", "symbol in eye")]
    public void What_a_tag_says_can_go(string tag, string implied) => Assert.True(Danbooru.Implies(tag, implied));

    [Theory]
    [InlineData("garrison cap", "military hat")]
    [InlineData("kneehighs", "thighhighs")]
    [InlineData("hair flower", "flower on head")]
    [InlineData("hair ribbon", "hair ornament")]
    [InlineData("cropped shirt", "sweater")]
    [InlineData("cropped hoodie", "shirt")]
    [InlineData("juliet sleeves", "short sleeves")]
    [InlineData("sleeves past fingers", "fingers")]
    [InlineData("sleeveless dress", "sleeves")]
    [InlineData("plaid skirt", "pleated skirt")]
    [InlineData("frilled shirt collar", "collar")]
    [InlineData("bikini armor", "swimsuit")]
    [InlineData("bikini tan", "bikini")]
    [InlineData("bridal gauntlets", "armor")]
    [InlineData("wrist cuffs", "cuffs")]
    [InlineData("high heel boots", "shoes")]
    [InlineData("hospital gown", "dress")]
    [InlineData("off-shoulder jacket", "bare shoulders")]
    [InlineData("side drill", "drill")]
    [InlineData("kyuubi", "animal")]
    [InlineData("guinea pig", "pig")]
    [InlineData("hug from behind", "from behind")]
    [InlineData("on stomach", "stomach")]
    [InlineData("looking back", "back")]
    [InlineData("holding spear", "holding sword")]
    [InlineData("holding bouquet", "bow")]
    [InlineData("sideways glance", "looking at viewer")]
    [InlineData("depth of field", "field")]
    [InlineData("speech bubble", "bubble")]
    [InlineData("valentine's day", "day")]
    [InlineData("champagne flute", "instrument")]
    [InlineData("fish tank", "motor vehicle")]
    [InlineData("paper airplane", "aircraft")]
    [InlineData("sand castle", "building")]
    [InlineData("candy cane", "cane")]
    [InlineData("4koma", "book")]
    [InlineData("pussy juice", "drink")]
    [InlineData("vaulting horse", "animal")]
    [InlineData("tape recorder", "instrument")]
    [InlineData("molotov cocktail", "alcohol")]
    [InlineData("swim briefs", "underwear")]
    [InlineData("pectoral cleavage", "breasts")]
    [InlineData("character profile", "profile")]
    [InlineData("barefoot sandals", "sandals")]
    [InlineData("comic", "book")]
    [InlineData("starry sky", "night")]
    [InlineData("santa hat", "christmas")]
    [InlineData("double w", "w arms")]
    [InlineData("parted lips", "lips")]
    [InlineData("dot nose", "nose")]
    [InlineData("hair horns", "horns")]
    [InlineData("girl sandwich", "sandwich")]
    [InlineData("girl sandwich", "food")]
    [InlineData("shoe soles", "soles")]
    [InlineData("turtle shell", "shell")]
    [InlineData("interface headset", "headset")]
    [InlineData("cum on stomach", "on stomach")]
    [InlineData("cum on stomach", "lying")]
    [InlineData("holding breath", "breath")]
    [InlineData("skirt basket", "basket")]
    [InlineData("have to pee", "pee")]
    [InlineData("year of the rooster", "animal")]
    [InlineData("giving up the ghost", "ghost")]
    [InlineData("microskirt", "miniskirt")]
    [InlineData("sports bra", "bra")]
    [InlineData("bokeh", "field")]
    [InlineData("hair ornament", "ornament")]
    [InlineData("headphones around neck", "neck")]
    [InlineData("partially fingerless gloves", "fingerless gloves")]
    [InlineData("nearly naked apron", "naked apron")]
    [InlineData("pussy juice puddle", "water")]
    [InlineData("ghost tail", "tail")]
    [InlineData("lolita fashion", "fashion")]
    [InlineData("alternate costume", "costume")]
    [InlineData("boxer briefs", "briefs")]
    public void What_it_does_not_say_stays(string tag, string other) => Assert.False(Danbooru.Implies(tag, other));

    private static List<(string Left, bool Denies, string Tag)> Read()
    {
        using var stream = typeof(ImplicationTable).Assembly.GetManifestResourceStream("Tags/implications.txt")!;
        using var reader = new StreamReader(stream);
        var text = string.Join('\n', reader.ReadToEnd().Split('\n').Where(line => !line.StartsWith('#')));
        var entries = new List<(string Left, bool Denies, string Tag)>();
        foreach (var entry in Continued().Replace(text, " ").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var sides = entry.Split([" <- ", " </- "], StringSplitOptions.None);
            Assert.Equal(2, sides.Length);
            foreach (var tag in sides[1].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                entries.Add((sides[0], entry.Contains(" </- ", StringComparison.Ordinal), tag));
        }

        return entries;
    }

    /// <summary>One to eight words of lower case, digits and what Danbooru has within words; or a face.</summary>
    [GeneratedRegex(
        @"^(?:[a-z0-9&.'+\-]+(?: [a-z0-9&.'+\-]+| \\\([a-z0-9&.' \-]+\\\)){0,7}|[:;=^<>][^ ,]{1,3}|xd|d:|c:|u_u|\\o/|[!?]{1,2})$")]
    private static partial Regex Shape();

    [GeneratedRegex(@"\n[ \t]+")]
    private static partial Regex Continued();
}
