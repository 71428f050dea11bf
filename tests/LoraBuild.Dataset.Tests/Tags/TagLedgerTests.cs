using LoraBuild.Base.Diagnostics;
using System.Text;
using FsCheck.Xunit;
using LoraBuild.Base.Hashing;
using LoraBuild.Dataset.Ledgers;
using LoraBuild.Dataset.Outfits;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Tests.Tags;

public sealed class TagLedgerTests : IDisposable
{
    private static readonly string Key = ContentHash.Of("").ToString();

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Property(MaxTest = 50)]
    public void Copied_lines_among_new_ones_give_the_bytes_of_a_ledger_written_whole(string?[][] words, int[] picks, int[] changed)
    {
        var entries = words.Select((own, index) => Entry(index, own, picks)).ToList();
        var changes = changed.Where(_ => entries.Count > 0).Select(pick => (pick & int.MaxValue) % entries.Count).Distinct()
            .Select(index => Entry(index, [.. words[index] ?? [], "another"], [.. picks, 7])).ToDictionary(entry => entry.Id);
        var read = Written(entries);

        new TagLedger([.. read.Select(entry => changes.GetValueOrDefault(entry.Id) ?? entry)]).Write(folder.File("copied.jsonl"));

        List<TagLedgerEntry> after = [.. entries.Select(entry => changes.GetValueOrDefault(entry.Id) ?? entry)];
        new TagLedger(after).Write(folder.File("whole.jsonl"));
        Assert.Equal(File.ReadAllText(folder.File("whole.jsonl")), File.ReadAllText(folder.File("copied.jsonl")));
        var copied = TagLedger.Read(folder.File("copied.jsonl"));
        Assert.Equal(
            after.Select(entry => (entry.Id, string.Join('|', entry.Tags.Tags))),
            copied.TagsOf(after.Select(entry => entry.Id)).Select(entry => (entry.Id, string.Join('|', entry.Tags))));
    }

    [Property(MaxTest = 50)]
    public void What_is_written_is_read_again(string?[][] words, int[] picks)
    {
        var entries = words.Select((own, index) => Entry(index, own, picks)).ToList();
        var read = Written(entries);
        Assert.Equal(entries.Select(entry => entry.Id), read.Select(entry => entry.Id));
        Assert.All(entries, entry => AssertSame(entry, read[entry.Id]));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"id\":\"a\",\"key\":\"short\"}")]
    [InlineData("nothing")]
    public void What_is_no_line_of_a_ledger_is_left_out(string line)
    {
        Written([Entry(0, ["a"], []), Entry(1, ["b"], [])]);
        var lines = File.ReadAllLines(folder.File("ledger.jsonl"));
        // As a file that was cut off ends, too.
        File.WriteAllText(folder.File("ledger.jsonl"), $"{line}\n{lines[1]}\n{lines[0][..^1]}");
        Assert.Equal(["picture1"], TagLedger.Read(folder.File("ledger.jsonl")).Select(entry => entry.Id));
    }

    [Theory]
    [InlineData("[\"a\"\"b\"]}")]
    [InlineData("[\"a\",]}")]
    [InlineData("[\"]}")]
    [InlineData("[\"a\"}")]
    public void Tags_that_are_no_list_are_refused(string tags)
    {
        var path = folder.Write("ledger.jsonl", $"{{\"id\":\"a\",\"key\":\"{Key}\",\"content\":\"{Key}\",\"tags\":{{\"tags\":{tags}\n");
        Assert.Throws<LoraBuildException>(() => TagLedger.Read(path).TagsOf(["a"]));
        Assert.Throws<LoraBuildException>(() => TagLedger.Read(path)["a"].Tags);
    }

    [Fact]
    public void A_picture_that_the_ledger_lacks_is_not_found()
    {
        var ledger = Written([Entry(0, ["a"], [])]);
        Assert.Null(ledger.Find("none"));
        Assert.Throws<KeyNotFoundException>(() => ledger["none"]);
        Assert.Empty(TagLedger.Read(folder.File("none.jsonl")));
    }

    private TagLedger Written(IReadOnlyList<TagLedgerEntry> entries)
    {
        new TagLedger(entries).Write(folder.File("ledger.jsonl"));
        return TagLedger.Read(folder.File("ledger.jsonl"));
    }

    private static TagLedgerEntry Entry(int index, string?[]? words, int[] picks)
    {
        var tags = AnyTags.Of([.. (words ?? []).Select(WithoutLoneSurrogates)], picks);
        // Lines with nothing to escape are read in another way than others.
        var isPlain = index % 3 != 0;
        var changes = tags.Tags.Take(2).Select((tag, i) => new TagChange(
            tag, (TagChangeKind)(i % 3), isPlain ? "because of [tags], {}" : "because of <\"tags\">", i == 0 ? null : "by")).ToList();
        return new TagLedgerEntry(
            index % 4 == 2 ? $"picture {index} \"a\", b\\ü" : $"picture{index}",
            ContentHash.Of(string.Join('|', tags.Tags)),
            tags with { Pinned = [.. tags.Tags.Take(1)], Banned = ["tags"], Changes = changes },
            index % 2 == 0 ? null : new OutfitFinding(index % 3 == 0 ? null : "uniform", isPlain ? "seen" : "\"tags\":[]", ["belt"]));
    }

    // No text file has any.
    private static string? WithoutLoneSurrogates(string? text) =>
        text is null ? null : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static void AssertSame(TagLedgerEntry expected, TagLedgerEntry actual)
    {
        Assert.Equal((expected.Id, expected.Key, expected.Content), (actual.Id, actual.Key, actual.Content));
        Assert.Equal(expected.Tags.Tags, actual.Tags.Tags);
        Assert.Equal(expected.Tags.Changes, actual.Tags.Changes);
        Assert.Equal((expected.Finding?.Outfit, expected.Finding?.Reason), (actual.Finding?.Outfit, actual.Finding?.Reason));
        Assert.Equal(expected.Finding?.Undecided, actual.Finding?.Undecided);
    }
}
