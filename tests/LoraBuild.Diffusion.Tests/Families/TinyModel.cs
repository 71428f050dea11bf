using System.Text.Json;
using LoraBuild.Diffusion.Safetensors;
using LoraBuild.Diffusion.Tests.Pickles;

namespace LoraBuild.Diffusion.Tests.Families;

/// <summary>The tiny checkpoint in the other forms that models come in, written into a folder.</summary>
internal sealed class TinyModel : IDisposable
{
    public const string UNetPrefix = "model.diffusion_model.", VaePrefix = "first_stage_model.",
        TextPrefix = "cond_stage_model.transformer.text_model.";

    private readonly SafetensorsFile file = SafetensorsFile.Open(TestData.TinyCheckpoint);
    private readonly TemporaryFolder folder = new();

    public IEnumerable<string> Names => file.Tensors.Keys;

    public string PathOf(string name) => folder.File(name);

    public Tensor Load(string name) => file.Load(name);

    /// <summary>Every tensor whose name begins so, renamed.</summary>
    public Dictionary<string, Tensor> Part(string prefix, Func<string, string> rename) => Names
        .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
        .ToDictionary(name => rename(name[prefix.Length..]), Load);

    /// <summary>A single file of the tensors that are kept, with the config.json and tokenizer that belong to it.</summary>
    public string WriteFile(Func<string, string> rename, Func<string, bool>? keep = null)
    {
        WriteSideFiles();
        SafetensorsWriter.Write(folder.File("model.safetensors"), Names.Where(keep ?? (_ => true)).ToDictionary(rename, Load));
        return folder.File("model.safetensors");
    }

    /// <summary>As torch.save writes it, state_dict and all.</summary>
    public string WriteTorchFile()
    {
        WriteSideFiles();
        var pickle = new PickleWriter();
        pickle.Dictionary(
            ("epoch", () => pickle.Integer(3)), ("state_dict", () => pickle.StateDictionary(Names.ToDictionary(name => name, Load))));
        pickle.Save(folder.File("model.ckpt"));
        return folder.File("model.ckpt");
    }

    /// <summary>A folder as diffusers writes it, of the variant fp16 and the UNet in two shards where it is asked for.</summary>
    public string WriteDiffusers(string variant = "", bool sharded = false)
    {
        Write(
            "text_encoder", "model", Part("cond_stage_model.transformer.", name => name),
            new { num_attention_heads = 4, hidden_act = "quick_gelu" });
        Write(
            "vae", "diffusion_pytorch_model", Part(VaePrefix, DiffusersNames.OfVae),
            new { _class_name = "AutoencoderKL", norm_num_groups = 32, scaling_factor = 0.18215 });
        Write(
            "unet", "diffusion_pytorch_model", Part(UNetPrefix, DiffusersNames.OfUNet),
            new { attention_head_dim = 8, norm_num_groups = 32 });
        WriteJson("model_index.json", new { _class_name = "StableDiffusionPipeline" });
        WriteJson("scheduler/scheduler_config.json", new { prediction_type = "epsilon" });
        CopyTokenizer();
        return folder.Path;

        void Write(string part, string stem, Dictionary<string, Tensor> tensors, object config)
        {
            WriteJson($"{part}/config.json", config);
            // As diffusers keeps them, the VAE's attention weights are matrices.
            foreach (var name in tensors.Keys.Where(name => name.Contains(".attentions.0.to_", StringComparison.Ordinal) && part == "vae")
                .ToList())
                tensors[name] = tensors[name].flatten(tensors[name].ndim > 1 ? 1 : 0);
            if (!sharded || part != "unet")
            {
                SafetensorsWriter.Write(folder.File($"{part}/{stem}{variant}.safetensors"), tensors);
                return;
            }
            var shards = tensors.OrderBy(tensor => tensor.Key, StringComparer.Ordinal).Chunk(tensors.Count / 2 + 1).ToArray();
            for (var i = 0; i < shards.Length; i++)
                SafetensorsWriter.Write(folder.File($"{part}/{ShardName(i)}"), shards[i]);
            var map = shards.SelectMany((shard, i) => shard.Select(tensor => (tensor.Key, File: ShardName(i))))
                .ToDictionary(entry => entry.Key, entry => entry.File);
            WriteJson($"{part}/{stem}.safetensors.index{variant}.json", new { metadata = new { total_size = 1 }, weight_map = map });

            string ShardName(int i) => $"{stem}-{i + 1:00000}-of-{shards.Length:00000}.safetensors";
        }
    }

    public void WriteJson(string name, object content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder.File(name))!);
        File.WriteAllText(folder.File(name), JsonSerializer.Serialize(content));
    }

    public void Dispose()
    {
        file.Dispose();
        folder.Dispose();
    }

    private void WriteSideFiles()
    {
        File.Copy(TestData.PathOf("tiny-sd15", "config.json"), folder.File("config.json"));
        CopyTokenizer();
    }

    private void CopyTokenizer()
    {
        Directory.CreateDirectory(folder.File("tokenizer"));
        File.Copy(TestData.PathOf("tiny-sd15", "tokenizer", "merges.txt"), folder.File("tokenizer/merges.txt"));
    }
}
