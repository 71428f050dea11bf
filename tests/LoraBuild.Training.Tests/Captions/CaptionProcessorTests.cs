using FsCheck.Xunit;
using LoraBuild.Base.Randomness;
using LoraBuild.Settings;
using LoraBuild.Training.Captions;

namespace LoraBuild.Training.Tests.Captions;

public class CaptionProcessorTests
{
    private const string Caption = @"manhattan cafe \(umamusume\), 1girl, solo,black hair , yellow eyes";

    private static readonly TrainingSettings Plain = new() { ShuffleCaption = false };

    [Property]
    public bool Kept_tags_stay_first_and_no_tag_is_lost(int seed, byte keep)
    {
        var tags = Caption.Split(',').Select(tag => tag.Trim()).ToList();
        var shuffled = Read(Caption, new() { KeepTokens = keep % 7 }, seed: seed).Split(", ");

        var kept = Math.Min(keep % 7, tags.Count);
        return shuffled.Take(kept).SequenceEqual(tags.Take(kept)) && shuffled.Order().SequenceEqual(tags.Order());
    }

    [Fact]
    public void Every_order_of_three_tags_is_as_likely_as_any_other()
    {
        var counts = Many("a, b, c", new(), 6000);

        Assert.Equal(6, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 900, 1100));
    }

    [Theory]
    [InlineData("")]
    [InlineData("caption_prefix=photo of")]
    [InlineData("caption_prefix=best quality, absurdres,")]
    [InlineData("caption_separator=; secondary_separator=_")]
    [InlineData("enable_wildcard=true caption_suffix=x")]
    [InlineData("shuffle_caption=false caption_prefix=a, b, c,")]
    [InlineData("keep_tokens=1 caption_tag_dropout_rate=0.5")]
    public void The_trigger_word_of_a_caption_that_is_cut_comes_first(string options)
    {
        var settings = TrainingSettings.Parse(
            System.Text.RegularExpressions.Regex.Matches(options, @"(\w+)=(.*?)(?= \w+=|$)")
                .ToDictionary(option => option.Groups[1].Value, option => option.Groups[2].Value), out var problems);
        Assert.Empty(problems);
        var caption = string.Join(settings.CaptionSeparator, Enumerable.Range(0, 30).Select(tag => $" tag {tag}").Prepend("aoi"));
        for (var seed = 0; seed < 50; seed++)
        {
            CounterRandom Random() => new(seed);
            var whole = CaptionProcessor.Process(caption, settings, new(0, 10, 1), Random(), _ => true);
            var cut = CaptionProcessor.Process(caption, settings, new(0, 10, 1), Random(), _ => false);

            Assert.Equal(CaptionProcessor.Process(caption, settings, new(0, 10, 1), Random()), whole);
            Assert.Matches("^(photo of )?aoi,", cut);
            Assert.Equal(Words(whole), Words(cut));
        }

        static IEnumerable<string> Words(string text) =>
            text.Split([' ', ',', ';'], StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal);
    }

    [Theory]
    [InlineData("aoi, {a|bb b b|c}, d\naoi", "enable_wildcard", "true", 5)]
    [InlineData("aoi, {{a|b}}\naoi, b b b b b", "enable_wildcard", "true", 6)]
    [InlineData("aoi, b\nc c c c", "enable_wildcard", "false", 2)]
    [InlineData("aoi ||| b, c", "keep_tokens_separator", "|||", 3)]
    [InlineData("aoi, b", "caption_suffix", "x y", 4)]
    public void The_longest_form_of_a_caption_is_counted(string caption, string option, string value, int words) => Assert.Equal(
        words,
        CaptionProcessor.MostTokens(
            caption, TrainingSettings.Parse(new Dictionary<string, string> { [option] = value }, out _),
            text => text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length));

    [Fact]
    public void A_caption_that_is_not_taken_apart_stays_as_it_is_written() => Assert.Equal(Caption, Read(Caption, Plain));

    [Theory]
    [InlineData("a, b\nc, d")]
    [InlineData("a, b\r\nc, d")]
    public void Without_wildcards_only_the_first_line_counts(string caption) =>
        Assert.Equal("a, b", Read(caption, new() { KeepTokens = 2 }));

    [Fact]
    public void Tags_before_the_separator_and_after_a_second_one_stay()
    {
        var settings = new TrainingSettings { KeepTokensSeparator = "|||", KeepTokens = 1 };

        var orders = Many("aoi, , 1girl ||| a, b, c ||| best quality, ", settings, 200).Keys;

        Assert.Equal(6, orders.Count);
        Assert.All(orders, order => Assert.Matches("^aoi, 1girl, [abc], [abc], [abc], best quality$", order));
    }

    [Fact]
    public void Where_a_caption_lacks_the_separator_keep_tokens_counts() =>
        Assert.All(
            Many("aoi, a, b", new() { KeepTokensSeparator = "|||", KeepTokens = 1 }, 50).Keys, order => Assert.StartsWith("aoi, ", order));

    [Fact]
    public void Another_separator_splits_and_commas_join() =>
        Assert.Equal(["a x, b, c", "a x, c, b"], Many("a x; b; c", new() { CaptionSeparator = ";", KeepTokens = 1 }, 50).Keys.Order());

    [Fact]
    public void Tags_of_a_group_stay_together()
    {
        var orders = Many("a;;;b;;;c, d", new() { SecondarySeparator = ";;;" }, 50).Keys;

        Assert.Equal(["a,b,c, d", "d, a,b,c"], orders.Order());
    }

    [Fact]
    public void Prefix_and_suffix_stand_outside_what_keep_tokens_counts()
    {
        var settings = new TrainingSettings { CaptionPrefix = "masterpiece,", CaptionSuffix = ", anime", KeepTokens = 2 };

        Assert.All(Many("aoi, a, b", settings, 50).Keys, order => Assert.Matches("^masterpiece, aoi, ", order));
        Assert.Equal("masterpiece, aoi, a , anime", Read("aoi, a", settings with { ShuffleCaption = false }));
    }

    [Fact]
    public void Wildcards_take_each_alternative_and_doubled_braces_are_braces()
    {
        var counts = Many("{red|green|dark blue} hat, {{a|b}}", Plain with { EnableWildcard = true }, 3000);

        Assert.Equal(["dark blue hat, {a|b}", "green hat, {a|b}", "red hat, {a|b}"], counts.Keys.Order());
        Assert.All(counts.Values, count => Assert.InRange(count, 850, 1150));
    }

    [Fact]
    public void With_wildcards_one_of_the_lines_is_taken() =>
        Assert.Equal(["a, b", "c", "d"], Many("a, b\nc\r\nd", Plain with { EnableWildcard = true }, 100).Keys.Order());

    [Fact]
    public void An_alternative_may_be_several_tags_which_are_shuffled_apart() =>
        Assert.Equal(6, Many("{a, b|a, b}, c", new() { EnableWildcard = true }, 200).Count);

    [Fact]
    public void A_share_of_captions_is_dropped()
    {
        var counts = Many("a", Plain with { CaptionDropoutRate = 0.3, CaptionPrefix = "p" }, 5000);

        Assert.Equal(["", "p a"], counts.Keys.Order());
        Assert.InRange(counts[""], 1400, 1600);
    }

    [Fact]
    public void Every_third_epoch_goes_without_captions() => Assert.Equal(
        [false, false, true, false, false, true],
        Enumerable.Range(1, 6).Select(epoch => Read("a", Plain with { CaptionDropoutEveryNEpochs = 3 }, epoch: epoch).Length == 0));

    [Fact]
    public void A_share_of_the_loose_tags_is_dropped()
    {
        var settings = Plain with { CaptionTagDropoutRate = 0.25, KeepTokens = 1 };

        var read = Enumerable.Range(0, 2000).Select(seed => Read("aoi, a, b, c, d", settings, seed: seed).Split(", ")).ToList();

        Assert.All(read, tags => Assert.Equal("aoi", tags[0]));
        Assert.InRange(read.Average(tags => tags.Length - 1), 2.9, 3.1);
    }

    [Fact]
    public void The_warm_up_adds_tag_by_tag_to_the_kept_ones()
    {
        var settings = Plain with { KeepTokens = 1, TokenWarmupMin = 2, TokenWarmupStep = 10 };

        var lengths = Enumerable.Range(0, 12).Select(step => Read("aoi, a, b, c, d, e, f", settings, step: step).Split(", ").Length);

        // 1 kept + floor(step x (6 - 2) / 10) + 2
        Assert.Equal([3, 3, 3, 4, 4, 5, 5, 5, 6, 6, 7, 7], lengths);
        Assert.Equal("aoi, a", Read("aoi, a", settings, step: 3));
    }

    [Fact]
    public void A_warm_up_below_one_is_a_share_of_the_training()
    {
        var settings = Plain with { TokenWarmupMin = 0, TokenWarmupStep = 0.1 };

        Assert.Equal("", Read("a, b", settings, step: 0));
        Assert.Equal("a", Read("a, b", settings, step: 5));
        Assert.Equal("a, b", Read("a, b", settings, step: 10));
    }

    [Property]
    public bool The_same_random_numbers_give_the_same_caption(int seed, bool wildcard, byte rate)
    {
        var settings = new TrainingSettings { EnableWildcard = wildcard, CaptionTagDropoutRate = rate / 255.0, KeepTokens = 1 };
        return Read("aoi, {a|b}, c, d, e", settings, seed) == Read("aoi, {a|b}, c, d, e", settings, seed);
    }

    private static string Read(string caption, TrainingSettings settings, int seed = 1, int step = 0, int epoch = 1) =>
        CaptionProcessor.Process(caption, settings, new(step, 100, epoch), new CounterRandom(seed));

    private static Dictionary<string, int> Many(string caption, TrainingSettings settings, int count) =>
        Enumerable.Range(0, count).CountBy(seed => Read(caption, settings, seed)).ToDictionary();
}
