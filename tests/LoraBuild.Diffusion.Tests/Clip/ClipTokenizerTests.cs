using System.Text.Json;
using FsCheck.Xunit;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Randomness;
using LoraBuild.Diffusion.Clip;

namespace LoraBuild.Diffusion.Tests.Clip;

public class ClipTokenizerTests
{
    private static readonly ClipTokenizer Published = ClipTokenizer.Load(TestData.PathOf("tiny-sd15", "tokenizer"));

    // Its padding is a special token.
    private static readonly ClipTokenizer Version2 = ClipTokenizer.Load(TestData.PathOf("tiny-sd15", "tokenizer"), "!");

    [Theory]
    [InlineData(75)]
    [InlineData(150)]
    [InlineData(225)]
    public void Captions_get_the_ids_that_sd_scripts_gives_them(int maxTokens)
    {
        var captions = JsonSerializer.Deserialize<string[]>(File.ReadAllText(TestData.PathOf("captions.json")))!;
        using var scope = torch.NewDisposeScope();
        var expected = TestData.Golden($"tokens.ids_{(maxTokens == 75 ? 77 : maxTokens)}", ScalarType.Int64).data<long>().ToArray();
        var perCaption = expected.Length / captions.Length;

        for (var i = 0; i < captions.Length; i++)
        {
            var ids = Published.Encode(captions[i], maxTokens).SelectMany(chunk => chunk);
            Assert.True(
                expected.Skip(i * perCaption).Take(perCaption).SequenceEqual(ids),
                $"'{captions[i]}': {string.Join(' ', ids)} instead of {string.Join(' ', expected.Skip(i * perCaption).Take(perCaption))}");
        }
    }

    [Theory]
    [InlineData("Ｆｕｌｌ　ｗｉｄｔｈ", "full width")]
    [InlineData("ﬃ ﬂ", "ffi fl")]
    [InlineData("“a” ‘b’", "\"a\" 'b'")]
    [InlineData("fish &amp;amp; chips &#x41;", "fish & chips a")]
    [InlineData("a < b &amp; c", "a < b &amp; c")]
    [InlineData("ｶﾞｷﾞ", "ガギ")]
    [InlineData("cafe\u0301", "café")]
    [InlineData("a\u001b[31m\u0007b\u0085c\r\nd\u00a0\u2003e", "ab…c d e")]
    [InlineData("ΣΑΣ İ", "σας i\u0307")]
    public void Text_is_repaired_as_ftfy_does(string text, string repaired) =>
        Assert.Equal(Published.Tokenize(repaired), Published.Tokenize(text));

    [Fact]
    public void The_vocabulary_follows_from_the_merges()
    {
        Assert.Equal(49_408, Published.VocabularySize);

        var folder = TestData.PathOf("mini-sd", "tokenizer");
        var listed = ClipTokenizer.Load(folder);
        var derived = ClipTokenizer.Load(Path.Combine(folder, "merges.txt"));
        const string caption = "hoshinoaoi, black hair, yellow eyes, race uniform, 12 cups!?";
        Assert.Equal(listed.VocabularySize, derived.VocabularySize);
        Assert.Equal(listed.Encode(caption, 225), derived.Encode(caption, 225));
    }

    [Theory]
    [InlineData("#version: 0.2\ni n\nt h\nth q\u0001\n", 4)]
    [InlineData("#version: 0.2\ni n t\n", 2)]
    [InlineData("#version: 0.2\n", 0)]
    public void A_damaged_merges_file_is_named_with_its_line(string content, int line)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("merges.txt"), content);

        var diagnostic = Assert.Throws<LoraBuildException>(() => ClipTokenizer.Load(folder.Path)).Diagnostic;

        Assert.Equal(
            (DiagnosticCode.TokenizerInvalid, folder.File("merges.txt"), line), (diagnostic.Code, diagnostic.File, diagnostic.Line));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"a\": \"b\"}")]
    [InlineData("{\"a\": 0}")]
    [InlineData("{\"<|startoftext|>\": 0, \"<|endoftext|>\": 2}")]
    public void A_damaged_vocabulary_is_an_error(string content)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("merges.txt"), "#version: 0.2\ni n\n");
        File.WriteAllText(folder.File("vocab.json"), content);

        var diagnostic = Assert.Throws<LoraBuildException>(() => ClipTokenizer.Load(folder.Path)).Diagnostic;

        Assert.Equal((DiagnosticCode.TokenizerInvalid, folder.File("vocab.json")), (diagnostic.Code, diagnostic.File));
    }

    [Fact]
    public void A_missing_tokenizer_is_an_error() => Assert.Equal(
        DiagnosticCode.TokenizerInvalid,
        Assert.Throws<LoraBuildException>(() => ClipTokenizer.Load(TestData.PathOf("nowhere"))).Diagnostic.Code);

    [Property]
    public bool Pairs_are_merged_as_the_papers_algorithm_does(byte[] choices)
    {
        // Pairs that overlap themselves, and a symbol that two pairs make, the later of them to be merged again at once.
        const string merges = "a a\nb c\na bc\nabc a\na b\nab c\nabc ab\naa a\nb c</w>\nab c</w>\naa aa\n";
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("merges.txt"), merges);
        var word = string.Concat(choices.Select(choice => "abc"[choice % 3]).Append('c'));

        var pairs = merges.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).ToList();
        var expected = MergedPassByPass(word, pairs);

        return BytePairVocabulary.Load(folder.File("merges.txt"), null).Split(word).SequenceEqual(expected);
    }

    public static TheoryData<string, string> Megabytes()
    {
        var random = new CounterRandom(1, 0, 0);
        var letters = string.Concat(Enumerable.Range(0, 1 << 20).Select(_ => (char)('a' + random.NextInt(26))));
        return new TheoryData<string, string>
        {
            { "a word", letters },
            { "a letter", new string('a', 1 << 20) },
            { "an emoji", string.Concat(Enumerable.Repeat("😀", 1 << 18)) },
            { "specials", string.Concat(Enumerable.Repeat("<|endoftext|>", 80_000)) },
            { "what version 2 fills up with", new string('!', 1 << 20) },
            { "escapes of escapes", "&" + string.Concat(Enumerable.Repeat("amp;", 1 << 18)) },
            { "open brackets", string.Concat(Enumerable.Repeat("(a", 1 << 19)) },
            { "brackets in brackets", string.Concat(Enumerable.Repeat("[a ", 1 << 18)) + new string(']', 1 << 18) },
            { "colons", string.Concat(Enumerable.Repeat("(a: 1.1", 1 << 17)) },
        };
    }

    [Theory]
    [MemberData(nameof(Megabytes))]
    public void A_caption_of_any_size_is_soon_read(string kind, string caption)
    {
        var before = Environment.CpuUsage.TotalTime;
        _ = Version2.CountWeighted(caption);
        _ = Version2.Tokenize(caption);
        var taken = Environment.CpuUsage.TotalTime - before;
        Assert.True(taken < TimeSpan.FromSeconds(20), $"{kind}: {taken}");
    }

    [Fact]
    public void Version_2_fills_up_with_the_exclamation_mark_which_is_a_special_token_then()
    {
        long start = 49406, end = 49407, cup = Published.Tokenize("cup").Single();

        Assert.Equal([start, cup, end, .. new long[74]], Version2.Encode("cup")[0]);
        Assert.Equal([cup, 0, cup, 0], Version2.Tokenize("cup!cup !").Select(id => (long)id));
        Assert.Equal([cup, 256], Published.Tokenize("cup!").Select(id => (long)id));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(74)]
    [InlineData(75)]
    [InlineData(76)]
    [InlineData(150)]
    [InlineData(200)]
    public void Version_2_marks_the_end_of_each_chunk_as_sd_scripts_does(int words)
    {
        long start = 49406, end = 49407, cup = Published.Tokenize("cup").Single();

        var chunks = Version2.Encode(string.Join(' ', Enumerable.Repeat("cup", words)), 150);

        Assert.All(chunks, chunk => Assert.Equal(ClipTokenizer.ChunkLength, chunk.Length));
        // The last place of a chunk is the end's where text or the end comes right up to it, else the last of all 152 ids.
        var last = words >= 150 ? end : 0;
        var first = Math.Min(words, 75);
        Assert.Equal(
            [start, .. Enumerable.Repeat(cup, first), .. first < 75 ? [end, .. new long[74 - first]] : Array.Empty<long>(), first < 75
                ? last
                : end], chunks[0]);
        // A chunk without text begins with an end.
        var second = Math.Clamp(words - 75, 0, 75);
        Assert.Equal(
            [start, .. Enumerable.Repeat(cup, second), .. second < 75 ? [end, .. new long[74 - second]] : Array.Empty<long>(), second < 75
                ? last
                : end], chunks[1]);
    }

    // One pass after the other over the whole word, each for the pair of the lowest rank.
    private static List<string> MergedPassByPass(string word, List<string[]> merges)
    {
        var symbols = word.Select(letter => letter.ToString()).ToList();
        symbols[^1] += "</w>";
        while (true)
        {
            var best = merges.FindIndex(merge => Enumerable.Range(0, symbols.Count - 1).Any(place => IsAt(merge, place)));
            if (best < 0)
                return symbols;
            for (var place = 0; place + 1 < symbols.Count; place++)
            {
                if (!IsAt(merges[best], place))
                    continue;
                symbols[place] += symbols[place + 1];
                symbols.RemoveAt(place + 1);
            }
        }

        bool IsAt(string[] merge, int place) =>
            place + 1 < symbols.Count && symbols[place] == merge[0] && symbols[place + 1] == merge[1];
    }
}
