using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Protocol.Models;

namespace LoraBuild.Diffusion.Clip;

/// <summary>
/// CLIP's byte-level BPE tokenizer as transformers' <c>CLIPTokenizer</c> with ftfy does it, and the chunks of 77 ids in which sd-scripts
/// feeds long captions to CLIP. Safe for use by several threads.
/// </summary>
public sealed class ClipTokenizer
{
    /// <summary>The ids that CLIP takes at a time, start and end included.</summary>
    public const int ChunkLength = 77;

    private const int Body = ChunkLength - 2;

    private static readonly string[] Contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    private readonly BytePairVocabulary vocabulary;
    private readonly string[] specials;
    private readonly SearchValues<string> anySpecial;
    private readonly int paddingId;
    private readonly ConcurrentDictionary<string, int[]> wordIds;

    private ClipTokenizer(BytePairVocabulary vocabulary, string? padding)
    {
        this.vocabulary = vocabulary;
        specials = [BytePairVocabulary.StartOfText, BytePairVocabulary.EndOfText, .. padding is null ? (string[])[] : [padding]];
        anySpecial = SearchValues.Create(specials, StringComparison.Ordinal);
        paddingId = vocabulary.IdOf(padding ?? BytePairVocabulary.EndOfText);
        wordIds = new();
    }

    private ClipTokenizer(ClipTokenizer other, string padding)
    {
        (vocabulary, specials, anySpecial, wordIds) = (other.vocabulary, other.specials, other.anySpecial, other.wordIds);
        paddingId = vocabulary.IdOf(padding);
    }

    /// <summary>The number of tokens: 49,408 for CLIP as published.</summary>
    public int VocabularySize => vocabulary.Count;

    /// <summary>The id of the end.</summary>
    public long EndId => vocabulary.EndId;

    /// <summary>Loads a tokenizer folder, or a merges file alone.</summary>
    /// <param name="path">
    /// A folder with <c>merges.txt</c> and perhaps <c>vocab.json</c>, or the merges file itself. Without vocab.json the ids follow from the
    /// merges: byte symbols, the same at the end of a word, the merges, two specials.
    /// </param>
    /// <param name="padding">
    /// The token that fills a chunk after its end: <c>!</c> in Stable Diffusion 2.x, whose tokenizer then takes it for a special one in
    /// captions, too. Null for the end's own, as in 1.x.
    /// </param>
    /// <exception cref="LoraBuildException">LB4004: a file is missing or damaged.</exception>
    public static ClipTokenizer Load(string path, string? padding = null)
    {
        var files = ClipVocabulary.FilesAt(path);
        return new ClipTokenizer(BytePairVocabulary.Load(files[0], files.Skip(1).FirstOrDefault(File.Exists)), padding);
    }

    /// <summary>The same tokenizer with another token after the end, which in captions stays a token as any.</summary>
    public ClipTokenizer WithPadding(string token) => new(this, token);

    /// <summary>The ids of a caption without start, end and padding, and without a limit.</summary>
    public IReadOnlyList<int> Tokenize(string caption)
    {
        var ids = new List<int>();
        // The specials, written exactly, are tokens whatever stands around them; the text between them is cleaned part by part.
        var start = 0;
        while (start < caption.Length)
        {
            var (index, special) = NextSpecial(caption, start);
            TokenizeText(TextRepair.Clean(caption[start..index]), ids);
            if (special is not null)
                ids.Add(vocabulary.IdOf(special));
            start = index + (special?.Length ?? 0);
        }
        return ids;
    }

    /// <summary>A caption as CLIP takes it: start, ids, end, and padding.</summary>
    /// <param name="caption">The caption.</param>
    /// <param name="maxTokens">
    /// sd-scripts' <c>max_token_length</c>: 75, 150 or 225. What is longer is cut. 150 and 225 give 2 and 3 chunks, each with a start and a
    /// last id of its own.
    /// </param>
    /// <returns>[maxTokens / 75] chunks of <see cref="ChunkLength"/> ids.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxTokens"/> is not a positive multiple of 75.</exception>
    public long[][] Encode(string caption, int maxTokens = 75) => Chunks(Tokenize(caption), maxTokens);

    /// <summary>As <see cref="Encode"/>, of a caption in which brackets weigh words: see <see cref="WeightedText"/>.</summary>
    /// <param name="caption">The caption. Each run of text is tokenized by itself.</param>
    /// <param name="maxTokens">As in <see cref="Encode"/>.</param>
    /// <param name="weights">[maxTokens / 75] chunks: the weight of each of the <see cref="ChunkLength"/> ids; 1 for start, end and
    /// padding.</param>
    /// <exception cref="ArgumentOutOfRangeException">As <see cref="Encode"/>.</exception>
    public long[][] EncodeWeighted(string caption, int maxTokens, out float[][] weights)
    {
        var (ids, idWeights) = (new List<int>(), new List<float>());
        foreach (var (text, weight) in WeightedText.Parse(caption))
        {
            ids.AddRange(Tokenize(text));
            idWeights.AddRange(Enumerable.Repeat((float)weight, ids.Count - idWeights.Count));
        }

        var chunks = Chunks(ids, maxTokens);
        weights = [.. chunks.Select((_, chunk) => Enumerable.Range(-1, ChunkLength)
            .Select(i => i is >= 0 and < Body && (chunk * Body) + i < idWeights.Count ? idWeights[(chunk * Body) + i] : 1f)
            .ToArray())];
        return chunks;
    }

    /// <summary>The number of ids of a caption in which brackets weigh words, without start, end and a limit.</summary>
    public int CountWeighted(string caption) => WeightedText.Parse(caption).Sum(run => Tokenize(run.Text).Count);

    private long[][] Chunks(IReadOnlyList<int> ids, int maxTokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxTokens);
        ArgumentOutOfRangeException.ThrowIfNotEqual(maxTokens % Body, 0);
        var count = Math.Min(ids.Count, maxTokens);
        var whole = new long[maxTokens + 2];
        Array.Fill(whole, paddingId);
        whole[0] = vocabulary.StartId;
        for (var i = 0; i < count; i++)
            whole[i + 1] = ids[i];
        whole[count + 1] = vocabulary.EndId;
        if (maxTokens == Body)
            return [whole];

        var chunks = new long[maxTokens / Body][];
        for (var chunk = 0; chunk < chunks.Length; chunk++)
        {
            chunks[chunk] = [whole[0], .. whole.AsSpan(1 + (chunk * Body), Body), whole[^1]];
            if (paddingId != vocabulary.EndId)
                MarkEnd(chunks[chunk]);
        }
        return chunks;
    }

    // As sd-scripts does where padding is another token than the end: an end after a chunk full of text, and in one without any.
    private void MarkEnd(long[] chunk)
    {
        if (chunk[^2] != vocabulary.EndId && chunk[^2] != paddingId)
            chunk[^1] = vocabulary.EndId;
        if (chunk[1] == paddingId)
            chunk[1] = vocabulary.EndId;
    }

    private (int Index, string? Special) NextSpecial(string text, int start)
    {
        var length = text.AsSpan(start).IndexOfAny(anySpecial);
        if (length < 0)
            return (text.Length, null);
        var index = start + length;
        return (index, specials.First(special => string.CompareOrdinal(text, index, special, 0, special.Length) == 0));
    }

    private void TokenizeText(string text, List<int> ids)
    {
        var position = 0;
        while (position < text.Length)
        {
            var length = WordLength(text, position);
            if (length == 0)
            {
                position += Rune.GetRuneAt(text, position).Utf16SequenceLength;
                continue;
            }
            ids.AddRange(wordIds.GetOrAdd(text.Substring(position, length), IdsOfWord));
            position += length;
        }
    }

    // CLIP's pattern: specials | contractions | letters | one digit | anything else but spaces. 0 at a space.
    private static int WordLength(string text, int start)
    {
        var rest = text.AsSpan(start);
        foreach (var special in (ReadOnlySpan<string>)[BytePairVocabulary.StartOfText, BytePairVocabulary.EndOfText, .. Contractions])
        {
            if (rest.StartsWith(special, StringComparison.Ordinal))
                return special.Length;
        }
        var kind = KindOf(Rune.GetRuneAt(text, start));
        if (kind == CharacterKind.Space)
            return 0;
        var length = 0;
        foreach (var rune in rest.EnumerateRunes())
        {
            if (KindOf(rune) != kind)
                break;
            length += rune.Utf16SequenceLength;
            if (kind == CharacterKind.Number)
                break;
        }
        return length;
    }

    private static CharacterKind KindOf(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        <= UnicodeCategory.OtherLetter => CharacterKind.Letter,
        >= UnicodeCategory.DecimalDigitNumber and <= UnicodeCategory.OtherNumber => CharacterKind.Number,
        _ => Rune.IsWhiteSpace(rune) ? CharacterKind.Space : CharacterKind.Other,
    };

    private int[] IdsOfWord(string word)
    {
        if (word is BytePairVocabulary.StartOfText or BytePairVocabulary.EndOfText)
            return [vocabulary.IdOf(word)];
        var symbols = string.Concat(Encoding.UTF8.GetBytes(word).Select(b => BytePairVocabulary.ByteSymbols[b]));
        return [.. vocabulary.Split(symbols).Select(vocabulary.IdOf)];
    }

    private enum CharacterKind
    {
        Letter,
        Number,
        Other,
        Space,
    }
}
