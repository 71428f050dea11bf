using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using LoraBuild.Diffusion.Clip;
using LoraBuild.Diffusion.Files;
using LoraBuild.Diffusion.Pickles;
using LoraBuild.Diffusion.Safetensors;
using LoraBuild.Diffusion.Tests.Pickles;
using LoraBuild.Protocol.Models;
using LoraBuild.Training.Adapters.Files;

namespace LoraBuild.Fuzz;

/// <summary>Models and what lies beside them.</summary>
internal static class ModelReaders
{
    private const int LengthSize = 8;

    private static readonly IReadOnlyList<byte[]> SafetensorsTokens =
        [.. FuzzReaders.JsonTokens, .. FuzzReaders.Utf8(
            "\"dtype\"", "\"shape\"", "\"data_offsets\"", "\"F32\"", "\"F8_E4M3\"", "\"BF16\"", "\"__metadata__\"", "[0,0]", "[]",
            "9223372036854775807")];

    private static readonly IReadOnlyList<byte[]> PickleTokens =
    [
        .. FuzzReaders.Utf8(
            "ccollections\nOrderedDict\n", "ctorch._utils\n_rebuild_tensor_v2\n", "ctorch\nFloatStorage\n", "cos\nsystem\n", ")R", "(", "t",
            "}", "]", "u", "e", "s", "a", "q\0", "h\0", "0", "2", "."),
        [0x80, 2], [0x8A, 8], [0x8A, 0xFF], [0x85], [0x87], [0x93], [(byte)'X', 0xFF, 0xFF, 0xFF, 0x7F],
        [(byte)'r', 0xFF, 0xFF, 0xFF, 0xFF], [(byte)'j', 0, 0, 0, 0],
        .. FuzzReaders.Utf8("PK\u0001\u0002", "PK\u0003\u0004", "PK\u0005\u0006"), [(byte)'P', (byte)'K', 6, 6],
    ];

    private static readonly IReadOnlyList<byte[]> ConfigTokens =
        [.. FuzzReaders.JsonTokens, .. FuzzReaders.Utf8(
            "\"unet\"", "\"block_out_channels\"", "\"prediction_type\"", "\"v_prediction\"", "1e999", "1.5")];

    private static readonly byte[] Merges = "#version: 0.2\na b</w>\nb c\na a\naa a</w>\n"u8.ToArray();

    public static IReadOnlyList<FuzzReader> All { get; } =
    [
        new("safetensors", "a.safetensors", [Safetensors(("format", "pt")), Safetensors()], SafetensorsTokens, ReadSafetensors) { Repair =
            RepairLength },
        new("peft", "lora.safetensors", FuzzReaders.Utf8(
            "{\"unet.lora_alpha\": 2, \"unet.r\": 4, \"unet.alpha_pattern\": {\"a.b\": 1.5}, \"unet.use_rslora\": true}"),
            FuzzReaders.JsonTokens, ReadPeft),
        new("adapter-config", "adapter_config.json", FuzzReaders.Utf8(
            "{\"peft_type\": \"LORA\", \"r\": 4, \"lora_alpha\": 2, \"use_rslora\": true, \"init_lora_weights\": true, "
            + "\"alpha_pattern\": {\"a.b\": 1.5}, \"rank_pattern\": {\"^a\\\\.b$\": 8}, \"target_modules\": [\"b\"]}"),
            [.. FuzzReaders.JsonTokens, .. FuzzReaders.Utf8("\"rank_pattern\"", "\"(a+)+$\"", "\"LOHA\"")],
            ReadAdapterConfig),
        new("training-state", "a-state.safetensors", [TrainingStates.Saved()], SafetensorsTokens, TrainingStates.Read) { Repair =
            TrainingStates.RepairLength },
        new("ckpt", "a.ckpt", [Checkpoint()], PickleTokens, ReadCheckpoint),
        new("pickle", "data.pkl", [Pickle()], PickleTokens, ReadPickle),
        new("merges", "merges.txt", [Merges], FuzzReaders.Utf8(" ", "\n", "\r\n", "a", "</w>", "#version", "\u0100", "\0"), path => _ =
            ClipTokenizer.Load(path).Tokenize("abc a aaa")),
        new(
            "vocabulary",
            "vocab.json",
            FuzzReaders.Utf8(Vocabulary()),
            [.. FuzzReaders.JsonTokens, .. FuzzReaders.Utf8("\"<|startoftext|>\"", "\"<|endoftext|>\"")],
            path =>
            {
                File.WriteAllBytes(Path.Combine(Path.GetDirectoryName(path)!, "merges.txt"), Merges);
                _ = ClipTokenizer.Load(Path.GetDirectoryName(path)!).Tokenize("abc a aaa");
            }),
        new(
            "caption",
            "caption.txt",
            FuzzReaders.Utf8("hoshino aoi, (smile:1.2), [hat], \\(a\\), &amp;lt; \u001b[0m don't I'LL ﬁ ½ 。", "1girl <|endoftext|> a"),
            FuzzReaders.Utf8("(", ")", "[", "]", ":1.3)", "\\", "&#x41;", "&amp;", "<|startoftext|>", "'s", "\u0301", "😀", "\ud7ff", " "),
            ReadCaption),
        new(
            "config",
            "config.json",
            FuzzReaders.Utf8(
                "{\"prediction_type\": \"epsilon\", \"unet\": {\"block_out_channels\": [320, 640], \"cross_attention_dim\": 768, "
                + "\"scale\": 0.18215}}"),
            ConfigTokens,
            path =>
            {
                var config = ConfigFile.Read(path);
                _ = (
                    config.Text("prediction_type"), config.Counts("unet", "block_out_channels"), config.Count(
                        "unet", "cross_attention_dim"), config.Real("unet", "scale"));
            }),
        new(
            "shards",
            "diffusion_pytorch_model.safetensors.index.json",
            FuzzReaders.Utf8("{\"metadata\": {\"total_size\": 1}, \"weight_map\": {\"a\": \"b.safetensors\", \"c\": \"d.safetensors\"}}"),
            [.. FuzzReaders.JsonTokens, .. FuzzReaders.Utf8("\"weight_map\"", "../", "/etc/passwd")],
            path => _ = new DiffusersFolder(Path.GetDirectoryName(path)!).WeightFiles("")),
    ];

    private static byte[] Safetensors(params (string Key, string Value)[] metadata)
    {
        using var scope = torch.NewDisposeScope();
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(
            stream,
            [new("a.weight", torch.ones([2, 3], dtype: ScalarType.Float16)), new("b", torch.ones([1], dtype: ScalarType.Int64)), new(
                "c", torch.ones([4, 1, 1, 2]))],
            metadata.Length == 0 ? null : metadata.Select(entry => KeyValuePair.Create(entry.Key, entry.Value)));
        return stream.ToArray();
    }

    // Says the right length of the header, as far as it reaches to the tensors.
    private static byte[] RepairLength(byte[] file)
    {
        const int DataSize = 12 + 8 + 32;
        if (file.Length >= LengthSize + DataSize)
            BinaryPrimitives.WriteInt64LittleEndian(file, file.Length - LengthSize - DataSize);
        return file;
    }

    private static void ReadSafetensors(string path)
    {
        using var scope = torch.NewDisposeScope();
        using var file = SafetensorsFile.Open(path);
        foreach (var name in file.Tensors.Keys)
            _ = file.Load(name);
    }

    private static void ReadPeft(string path)
    {
        var header = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
        {
            ["__metadata__"] =
                new Dictionary<string, string> { ["lora_adapter_metadata"] = Encoding.UTF8.GetString(File.ReadAllBytes(path)) },
        });
        var length = new byte[LengthSize];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        File.WriteAllBytes(path, [.. length, .. header]);
        using var file = SafetensorsFile.Open(path);
        _ = PeftSettings.Of(file);
    }

    private static void ReadAdapterConfig(string path)
    {
        var weights = Path.Combine(Path.GetDirectoryName(path)!, PeftSettings.WeightsName);
        if (!File.Exists(weights))
        {
            using var scope = torch.NewDisposeScope();
            SafetensorsWriter.Write(weights, [new("base_model.model.a.b.lora_A.weight", torch.ones([4, 2]))]);
        }

        using var file = SafetensorsFile.Open(weights);
        var settings = PeftSettings.Of(file);
        foreach (var layer in (string[])["a.b", "c", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"])
            _ = settings.ScaleOf("unet", new LoraTensorName(layer, "lora_A.weight", layer), null);
    }

    private static byte[] Checkpoint()
    {
        using var folder = new TemporaryFolder();
        using var scope = torch.NewDisposeScope();
        var writer = new PickleWriter();
        writer.StateDictionary(
            new Dictionary<string, Tensor> { ["a.weight"] = torch.ones([2, 3], dtype: ScalarType.Float16), ["b"] = torch.ones([4]) });
        writer.Save(folder.File("a.ckpt"));
        return File.ReadAllBytes(folder.File("a.ckpt"));
    }

    private static byte[] Pickle()
    {
        using var archive = new ZipArchive(new MemoryStream(Checkpoint()));
        using var bytes = new MemoryStream();
        archive.GetEntry("archive/data.pkl")!.Open().CopyTo(bytes);
        return bytes.ToArray();
    }

    private static void ReadCheckpoint(string path)
    {
        using var scope = torch.NewDisposeScope();
        using var file = TorchFile.Open(path);
        foreach (var name in file.Shapes.Keys)
            _ = file.Load(name);
    }

    // In a sound file, so that no sum of the zip file stands in the way.
    private static void ReadPickle(string path)
    {
        var checkpoint = Path.ChangeExtension(path, ".ckpt");
        File.Delete(checkpoint);
        using (var archive = ZipFile.Open(checkpoint, ZipArchiveMode.Create))
        {
            Add("archive/data.pkl", File.ReadAllBytes(path));
            Add("archive/data/0", new byte[12]);
            Add("archive/data/1", new byte[16]);

            void Add(string name, byte[] bytes)
            {
                using var entry = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
                entry.Write(bytes);
            }
        }

        ReadCheckpoint(checkpoint);
    }

    private static string Vocabulary()
    {
        string[] symbols = ["a", "b", "c", "a</w>", "b</w>", "c</w>", "ab</w>", "bc", "<|startoftext|>", "<|endoftext|>"];
        return JsonSerializer.Serialize(symbols.Select((symbol, id) => (symbol, id)).ToDictionary(pair => pair.symbol, pair => pair.id));
    }

    private static void ReadCaption(string path)
    {
        var text = Encoding.UTF8.GetString(File.ReadAllBytes(path));
        var merges = Path.Combine(Path.GetDirectoryName(path)!, "merges.txt");
        if (!File.Exists(merges))
            File.WriteAllBytes(merges, Merges);
        var tokenizer = ClipTokenizer.Load(merges);
        foreach (var run in WeightedText.Parse(text))
            _ = tokenizer.Tokenize(run.Text);
    }
}
