using System.Text.Json;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;

namespace LoraBuild.Diffusion.Clip;

/// <summary>
/// The merges and token ids of a CLIP tokenizer (Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units", on the
/// bytes of UTF-8, each shown as a printable character).
/// </summary>
internal sealed class BytePairVocabulary
{
    /// <summary>Marks a symbol that ends a word.</summary>
    public const string EndOfWord = "</w>";

    /// <summary>The token that begins a caption.</summary>
    public const string StartOfText = "<|startoftext|>";

    /// <summary>The token that ends and pads a caption, and stands for symbols that the vocabulary does not have.</summary>
    public const string EndOfText = "<|endoftext|>";

    private readonly Dictionary<(string Left, string Right), int> ranks;
    private readonly Dictionary<string, int> ids;

    private BytePairVocabulary(Dictionary<(string Left, string Right), int> ranks, Dictionary<string, int> ids)
    {
        this.ranks = ranks;
        this.ids = ids;
        StartId = ids[StartOfText];
        EndId = ids[EndOfText];
    }

    /// <summary>The character that stands for each byte: itself where it is printable, else one from U+0100 on.</summary>
    public static IReadOnlyList<char> ByteSymbols { get; } = MakeByteSymbols();

    /// <summary>The number of tokens.</summary>
    public int Count => ids.Count;

    /// <summary>The id of <see cref="StartOfText"/>.</summary>
    public int StartId { get; }

    /// <summary>The id of <see cref="EndOfText"/>.</summary>
    public int EndId { get; }

    /// <summary>Reads <c>merges.txt</c> and, where it is there, <c>vocab.json</c>; without it the ids follow from the merges.</summary>
    /// <exception cref="LoraBuildException">LB4004: a file is missing or damaged.</exception>
    public static BytePairVocabulary Load(string mergesPath, string? vocabularyPath)
    {
        var merges = ReadMerges(mergesPath);
        var ids = vocabularyPath is null ? DeriveIds(merges) : ReadIds(vocabularyPath);
        var ranks = new Dictionary<(string, string), int>(merges.Count);
        foreach (var merge in merges)
            ranks.TryAdd(merge, ranks.Count);
        return new BytePairVocabulary(ranks, ids);
    }

    /// <summary>The id of a symbol.</summary>
    public int IdOf(string symbol) => ids.GetValueOrDefault(symbol, EndId);

    /// <summary>The symbols that a word splits into.</summary>
    /// <param name="word">The word's bytes as <see cref="ByteSymbols"/>; not empty.</param>
    public IReadOnlyList<string> Split(string word) => new BytePairMerging(ranks, word).Symbols();

    private static List<(string Left, string Right)> ReadMerges(string path)
    {
        var known = new HashSet<string>(BaseSymbols());
        var merges = new List<(string, string)>();
        var number = 0;
        foreach (var line in ReadText(path).Split('\n'))
        {
            number++;
            if (line.Length == 0 || (number == 1 && line.Contains("#version")))
                continue;
            var parts = line.TrimEnd('\r').Split(' ');
            if (parts.Length != 2 || !known.Contains(parts[0]) || !known.Contains(parts[1]))
            {
                throw new LoraBuildException(
                    DiagnosticCode.TokenizerInvalid, $"'{line}' is not a merge of two symbols that are known by then.", path, number);
            }
            known.Add(parts[0] + parts[1]);
            merges.Add((parts[0], parts[1]));
        }
        if (merges.Count == 0)
            throw new LoraBuildException(DiagnosticCode.TokenizerInvalid, "The file has no merges. Copy the tokenizer folder again.", path);
        return merges;
    }

    private static Dictionary<string, int> DeriveIds(List<(string Left, string Right)> merges)
    {
        var ids = new Dictionary<string, int>();
        foreach (var symbol in BaseSymbols().Concat(merges.Select(merge => merge.Left + merge.Right)).Append(StartOfText).Append(EndOfText))
            ids[symbol] = ids.Count;
        return ids;
    }

    private static Dictionary<string, int> ReadIds(string path)
    {
        Dictionary<string, int>? ids;
        try
        {
            ids = JsonSerializer.Deserialize<Dictionary<string, int>>(ReadText(path));
        }
        catch (Exception e) when (BadInput.IsCause(e))
        {
            throw new LoraBuildException(
                DiagnosticCode.TokenizerInvalid,
                $"The file is not a JSON object of symbols and ids: {e.Message}",
                path,
                (int)((e as JsonException)?.LineNumber ?? -1) + 1,
                innerException: e);
        }
        if (ids is null || !ids.ContainsKey(StartOfText) || !ids.ContainsKey(EndOfText))
            throw new LoraBuildException(DiagnosticCode.TokenizerInvalid, $"The file lacks {StartOfText} or {EndOfText}.", path);
        if (!ids.Values.Order().SequenceEqual(Enumerable.Range(0, ids.Count)))
            throw new LoraBuildException(DiagnosticCode.TokenizerInvalid, $"The ids are not each of 0 to {ids.Count - 1} once.", path);
        return ids;
    }

    private static string ReadText(string path)
    {
        try
        {
            return WholeFile.ReadText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LoraBuildException(
                DiagnosticCode.TokenizerInvalid, $"The tokenizer's file cannot be read: {e.Message}", path, innerException: e);
        }
    }

    private static IEnumerable<string> BaseSymbols()
    {
        // CLIP's table lists the printable bytes first.
        var inOrder =
            ByteSymbols.Where(symbol => symbol < 256).Concat(ByteSymbols.Where(symbol => symbol >= 256)).Select(c => c.ToString()).ToList();
        return inOrder.Concat(inOrder.Select(symbol => symbol + EndOfWord));
    }

    private static char[] MakeByteSymbols()
    {
        var symbols = new char[256];
        var next = (char)256;
        for (var b = 0; b < symbols.Length; b++)
            symbols[b] = b is (>= '!' and <= '~') or (>= '¡' and <= '¬') or (>= '®' and <= 'ÿ') ? (char)b : next++;
        return symbols;
    }
}
