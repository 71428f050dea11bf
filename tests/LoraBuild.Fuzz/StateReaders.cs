using System.Buffers.Binary;
using System.Text;
using LoraBuild.Base.Hashing;
using LoraBuild.Dataset.Ledgers;
using LoraBuild.Dataset.Manifest;
using LoraBuild.Dataset.Outfits;
using LoraBuild.Dataset.Pictures;
using LoraBuild.Dataset.Tags;
using LoraBuild.Incremental.Caching;
using LoraBuild.Incremental.Downloads;
using LoraBuild.Pages.Releases;
using LoraBuild.Protocol;
using LoraBuild.Protocol.Logging;
using LoraBuild.Protocol.Previews;

namespace LoraBuild.Fuzz;

/// <summary>Files that earlier builds, the worker and caches leave.</summary>
internal static class StateReaders
{
    private static readonly ContentHash Key = ContentHash.Of("key");

    public static IReadOnlyList<FuzzReader> All { get; } =
    [
        new("state", "build.state", [State()], FuzzReaders.Utf8(
            "LBSTATE3", "\0", "\0\0\0\0", "name=value\n", "/images/a.png"), ReadState) { Repair = RepairState },
        new("result", StorePath(
            "ac", Key), [Result()],
            [[0x12], [0x2A], [0x3A], [0x0A], [0xFF, 0xFF, 0xFF, 0xFF, 0x07], .. FuzzReaders.Utf8("../a", "a", "\n", "x=y\n")], ReadResult),
        new(
            "lockfile",
            LockFile.Name,
            FuzzReaders.Utf8($"{{\"version\": 1, \"files\": {{\"https://example.org/a\": \"{Key}\"}}}}"),
            [.. FuzzReaders.JsonTokens, .. FuzzReaders.Utf8("\"version\"", "\"files\"", "file:///etc/passwd")],
            path => _ = LockFile.Read(path)),
        new("ledger", "tags.jsonl", [Ledger()], FuzzReaders.JsonTokens, path =>
        {
            foreach (var entry in TagLedger.Read(path))
                _ = (entry.Tags, entry.Finding, entry.ReadTagsAndOutfit());
        }),
        new(
            "scores",
            "a.tags.json",
            FuzzReaders.Utf8("{\"rating\":{\"general\":0.9},\"general\":{\"1girl\":0.99,\"solo\":1e-7},\"character\":{}}"),
            FuzzReaders.JsonTokens,
            path => _ = new TagSelection().Apply(TagScores.Read(path))),
        new(
            "dataset",
            DatasetFile.Name,
            FuzzReaders.Utf8("{\"triggers\":[\"aoi\"],\"groups\":[]}", Manifest()),
            FuzzReaders.JsonTokens,
            path => _ = DatasetFile.Read(Path.GetDirectoryName(path)!).SamplesPerEpoch),
        new(
            "likenesses",
            "duplicates.json",
            FuzzReaders.Utf8(
                "{\"Pictures\":[{\"Id\":\"a\",\"Width\":1,\"Height\":2,\"Hash\":\"00\"}],\"Duplicates\":[{\"Kept\":\"a\","
                + "\"Other\":\"b\",\"Distance\":3}]}"),
            FuzzReaders.JsonTokens,
            path => _ = PictureLikenesses.ReadDuplicates(path)),
        new(
            "log",
            "a-log.json",
            FuzzReaders.Utf8("{\"stepsPerEpoch\":2,\"losses\":[0.1,0.2],\"unetLr\":[1,1],\"textEncoderLr\":null}"),
            FuzzReaders.JsonTokens,
            path => _ = TrainingLog.TryRead(path)),
        new(
            "previews",
            PreviewSheet.FileName,
            FuzzReaders.Utf8(
                "{\"prompts\":[{\"prompt\":\"a\",\"width\":512}],\"rows\":[{\"epoch\":1,\"step\":2,\"pictures\":[],"
                + "\"grid\":{\"name\":\"a.png\"}}]}"),
            FuzzReaders.JsonTokens,
            path => _ = PreviewSheet.TryRead(Path.GetDirectoryName(path)!)),
        new(
            "provenance",
            Provenance.FileName,
            FuzzReaders.Utf8(
                "{\"name\":\"a\",\"date\":null,\"tools\":{},\"baseModel\":[],\"inputs\":[{\"file\":\"a\",\"sha256\":\"00\"}],"
                + "\"settings\":{},\"training\":{},\"files\":[]}"),
            FuzzReaders.JsonTokens,
            path => _ = Provenance.TryRead(Path.GetDirectoryName(path)!)),
        new(
            "event",
            "event.json",
            FuzzReaders.Utf8("{\"event\":\"progress\",\"Text\":\"a\"}", "{\"event\":\"finished\",\"Id\":\"a\",\"Facts\":{\"a\":\"b\"}}"),
            [.. FuzzReaders.JsonTokens, .. FuzzReaders.Utf8("\"event\"", "\"diagnostic\"", "\"detail\"")],
            path => _ = WorkerProtocol.TryReadEvent(File.ReadAllText(path), out _)),
    ];

    private static string StorePath(string part, ContentHash hash) => Path.Combine(part, hash.ToString()[..2], hash.ToString());

    private static byte[] State()
    {
        using var folder = new TemporaryFolder();
        var state = new BuildState();
        state.HashInput(folder.Write("a.txt", "a"));
        state.RecordOutput(folder.Write("b.txt", "b"), Key);
        state.NoteAbsent(folder.File("c.txt"));
        state.RecordFacts(Key, new Dictionary<string, string> { ["width"] = "1", ["height"] = "2" });
        state.Save(folder.File("build.state"), Key);
        return File.ReadAllBytes(folder.File("build.state"));
    }

    private static void ReadState(string path)
    {
        var state = BuildState.Load(path);
        _ = (
            state.IsCurrent(Key), state.WhyNotCurrent, state.Inputs
                .ToList(), state.FindOutputs(Key), state.FindFacts(Key), state.HasFacts(ContentHash.Of("other")));
        state.NoteAbsent("/none");
        state.Save(path, Key);
        BuildState.Load(path).Reload(path);
    }

    // The two parts of a state, each with the sum of its bytes behind it.
    private static byte[] RepairState(byte[] file)
    {
        const int CountsStart = 8 + ContentHash.Size, NamesStart = CountsStart + (5 * sizeof(int));
        if (file.Length < NamesStart + (2 * ContentHash.Size))
            return file;
        var counts = Enumerable.Range(0, 5)
            .Select(index => (long)BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(CountsStart + (index * sizeof(int))))).ToArray();
        var first = NamesStart + (counts[0] * 36) + (counts[1] * 4) + counts[2];
        if (first < 0 || first > file.Length - (2 * ContentHash.Size))
            return file;
        ContentHash.Of(file.AsSpan(0, (int)first)).CopyTo(file.AsSpan((int)first));
        ContentHash.Of(file.AsSpan((int)first + ContentHash.Size, file.Length - (int)first - (2 * ContentHash.Size)))
            .CopyTo(file.AsSpan(file.Length - ContentHash.Size));
        return file;
    }

    private static byte[] Result()
    {
        using var folder = new TemporaryFolder();
        using var store = new ContentStore(folder.File("store"));
        store.Add(Key, [("a.png", folder.Write("a.png", "a"))], "NormalizePictures", new Dictionary<string, string> { ["width"] = "1" });
        return File.ReadAllBytes(Path.Combine(folder.File("store"), StorePath("ac", Key)));
    }

    private static void ReadResult(string path)
    {
        using var store = new ContentStore(path[..^(StorePath("ac", Key).Length + 1)]);
        foreach (var file in store.Find(Key)?.Files ?? [])
            store.TryPlace(file, path + ".placed");
    }

    private static byte[] Ledger()
    {
        using var folder = new TemporaryFolder();
        var tags = new PictureTags(
            ["aoi", "\"x\" \\(y\\)"], ["pinned"], ["banned"], [new TagChange("hair", TagChangeKind.Removed, "feature: hair", "aoi")]);
        new TagLedger([new TagLedgerEntry("a", Key, tags, new OutfitFinding("race", "given", ["belt"])), new TagLedgerEntry(
            "b", Key, PictureTags.Of(["b"]))]).Write(folder.File("ledger"));
        return File.ReadAllBytes(folder.File("ledger"));
    }

    private static string Manifest() => Encoding.UTF8.GetString(DatasetFile.Serialize(new DatasetManifest(
        ["aoi"], [new DatasetGroup("4_aoi", 4, [new DatasetPicture("a.png", "00", 512, 768, "aoi, smile", "images/a.png", null)])])));
}
