using System.Text;
using FsCheck.Xunit;
using LoraBuild.Core.Caching;
using LoraBuild.Core.Outfits;
using LoraBuild.Core.Tags;

namespace LoraBuild.Core.Tests.Tags;

public sealed class TagLedgerTextTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Property(MaxTest = 50)]
    public void Entries_in_the_place_of_others_give_the_bytes_of_a_ledger_written_whole(string?[][] words, int[] picks, int[] changed)
    {
        var entries = words.Select((own, index) => Entry(index, own, picks)).ToList();
        var changes = changed.Where(_ => entries.Count > 0).Select(pick => (pick & int.MaxValue) % entries.Count).Distinct()
            .Select(index => Entry(index, [.. words[index] ?? [], "another"], [.. picks, 7])).ToList();
        var after = entries.Select(entry => changes.Find(change => change.Id == entry.Id) ?? entry).ToList();

        var text = Written(entries).With(changes);
        text.Write(folder.File("spliced.jsonl"));

        TagLedger.Write(folder.File("whole.jsonl"), after);
        Assert.Equal(File.ReadAllText(folder.File("whole.jsonl")), File.ReadAllText(folder.File("spliced.jsonl")));
        Assert.Equal(after.Select(entry => (entry.Id, entry.Key)), text.EntryKeys);
        Assert.Equal(after.Select(entry => (entry.Id, string.Join('|', entry.Tags.Tags))), text.AllTags().Select(entry => (entry.Id, string.Join('|', entry.Tags))));
        Assert.All(after, entry => AssertSame(entry, text[entry.Id]));
        // What was spliced can be spliced again.
        text.With(entries).Write(folder.File("back.jsonl"));
        TagLedger.Write(folder.File("first.jsonl"), entries);
        Assert.Equal(File.ReadAllText(folder.File("first.jsonl")), File.ReadAllText(folder.File("back.jsonl")));
    }

    [Property(MaxTest = 50)]
    public void What_is_written_is_read_again(string?[][] words, int[] picks)
    {
        var entries = words.Select((own, index) => Entry(index, own, picks)).ToList();
        TagLedger.Write(folder.File("ledger.jsonl"), entries);
        var read = TagLedger.Read(folder.File("ledger.jsonl"));
        Assert.Equal(entries.Count, read.Count);
        Assert.All(entries, entry => AssertSame(entry, read[entry.Id]));
    }

    [Theory]
    [InlineData("{}\n")]
    [InlineData("{\"id\":\"a\",\"key\":\"short\"}\n")]
    [InlineData("{\"id\":\"a\",\"key\":\"9fd691f7c8039210e0fced15865466c65820d09b63988b0174bfe25de299051a\"}")]
    [InlineData("nothing\n")]
    public void What_is_no_ledger_is_refused(string text) =>
        Assert.Throws<InvalidDataException>(() => TagLedgerText.Of(Encoding.UTF8.GetBytes(text)));

    [Theory]
    [InlineData("[\"a\"\"b\"]")]
    [InlineData("[\"a\",]")]
    [InlineData("[\"]")]
    [InlineData("[\"a\"")]
    public void Tags_that_are_no_list_are_refused(string tags) => Assert.Throws<InvalidDataException>(() =>
        TagLedgerText.Of(Encoding.UTF8.GetBytes($"{{\"id\":\"a\",\"key\":\"{ContentHash.Of("")}\",\"tags\":{{\"tags\":{tags}\n")).AllTags());

    [Fact]
    public void An_entry_that_the_ledger_lacks_cannot_be_replaced() =>
        Assert.Throws<KeyNotFoundException>(() => Written([Entry(0, ["a"], [])]).With([Entry(1, ["a"], [])]));

    [Fact]
    public void A_damaged_line_is_left_out_of_what_is_read()
    {
        TagLedger.Write(folder.File("ledger.jsonl"), [Entry(0, ["a"], []), Entry(1, ["b"], [])]);
        var lines = File.ReadAllLines(folder.File("ledger.jsonl"));
        File.WriteAllLines(folder.File("ledger.jsonl"), [lines[0].Replace("\"banned\"", "\"bonned\"", StringComparison.Ordinal), lines[1]]);
        Assert.Equal(["picture1"], TagLedger.Read(folder.File("ledger.jsonl")).Keys);
    }

    private TagLedgerText Written(IReadOnlyList<TagLedgerEntry> entries)
    {
        TagLedger.Write(folder.File("ledger.jsonl"), entries);
        return TagLedgerText.Read(folder.File("ledger.jsonl"));
    }

    private static TagLedgerEntry Entry(int index, string?[]? words, int[] picks)
    {
        var tags = AnyTags.Of([.. (words ?? []).Select(WithoutLoneSurrogates)], picks);
        // Lines with nothing to escape are read in another way than others.
        var isPlain = index % 3 != 0;
        var changes = tags.Tags.Take(2).Select((tag, i) => new TagChange(tag, (TagChangeKind)(i % 3), isPlain ? "because of [tags], {}" : "because of <\"tags\">", i == 0 ? null : "by")).ToList();
        return new TagLedgerEntry(
            index % 4 == 2 ? $"picture {index} \"a\", b\\ü" : $"picture{index}",
            ContentHash.Of(string.Join('|', tags.Tags)),
            tags with { Pinned = [.. tags.Tags.Take(1)], Banned = ["tags"], Changes = changes },
            index % 2 == 0 ? null : new OutfitFinding(index % 3 == 0 ? null : "uniform", isPlain ? "seen" : "\"tags\":[]", ["belt"]));
    }

    // No text file has any.
    private static string? WithoutLoneSurrogates(string? text) => text is null ? null : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static void AssertSame(TagLedgerEntry expected, TagLedgerEntry actual)
    {
        Assert.Equal((expected.Id, expected.Key, expected.Content), (actual.Id, actual.Key, actual.Content));
        Assert.Equal(expected.Tags.Changes, actual.Tags.Changes);
        Assert.Equal((expected.Finding?.Outfit, expected.Finding?.Reason), (actual.Finding?.Outfit, actual.Finding?.Reason));
        Assert.Equal(expected.Finding?.Undecided, actual.Finding?.Undecided);
    }
}
