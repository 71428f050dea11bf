using System.Text.Json;
using LoraBuild.Diffusion.Safetensors;

namespace LoraBuild.Diffusion.Tests.Families;

/// <summary>A tiny random SDXL checkpoint, and copies of it in other forms. Embeddings that no test needs are 0.</summary>
internal static class TinyXL
{
    public static string Checkpoint => TestData.PathOf("tiny-sdxl", "tiny-sdxl.safetensors");

    public static string Tokenizer => TestData.PathOf("tiny-sd15", "tokenizer");

    /// <summary>Writes a copy with its settings and vocabulary.</summary>
    /// <param name="folder">The folder to write into.</param>
    /// <param name="marks">Names of empty tensors to add.</param>
    /// <param name="rename">A tensor's name in the copy; null: left out.</param>
    /// <param name="change">A tensor in the copy.</param>
    /// <returns>The checkpoint.</returns>
    public static string Write(
        TemporaryFolder folder, string[]? marks = null, Func<string, string?>? rename = null, Func<string, Tensor, Tensor>? change = null)
    {
        using var scope = torch.NewDisposeScope();
        using var file = SafetensorsFile.Open(Checkpoint);
        var tensors = new Dictionary<string, Tensor>();
        foreach (var name in file.Tensors.Keys)
        {
            if ((rename is null ? name : rename(name)) is { } other)
                tensors[other] = change is null ? file.Load(name) : change(name, file.Load(name));
        }
        foreach (var mark in marks ?? [])
            tensors[mark] = torch.zeros(0);
        var path = folder.File("model.safetensors");
        SafetensorsWriter.Write(path, tensors);
        File.Copy(TestData.PathOf("tiny-sdxl", "config.json"), folder.File("config.json"), overwrite: true);
        CopyTokenizer(folder.Path);
        return path;
    }

    /// <summary>Writes it as diffusers would.</summary>
    public static void WriteFolder(string folder)
    {
        using var scope = torch.NewDisposeScope();
        using var file = SafetensorsFile.Open(Checkpoint);
        var names = file.Tensors.Keys.ToList();
        WritePart(
            "unet", "diffusion_pytorch_model.safetensors", "model.diffusion_model.", UNetName,
            new { attention_head_dim = (long[])[2, 4, 8], norm_num_groups = 32 });
        WritePart("text_encoder", "model.safetensors", "conditioner.embedders.0.transformer.", name => [(
            name, null)], new { num_attention_heads = 2 });
        WritePart("text_encoder_2", "model.safetensors", "conditioner.embedders.1.model.", TextName, new { num_attention_heads = 3 });
        // An autoencoder's file may have CompVis' names, too.
        WritePart("vae", "diffusion_pytorch_model.safetensors", "first_stage_model.", name => [(
            name, null)], new { _class_name = "AutoencoderKL", norm_num_groups = 32, scaling_factor = 0.13025 });
        File.WriteAllText(Path.Combine(folder, "model_index.json"), """{"_class_name":"StableDiffusionXLPipeline"}""");
        Directory.CreateDirectory(Path.Combine(folder, "scheduler"));
        File.WriteAllText(Path.Combine(folder, "scheduler", "scheduler_config.json"), """{"prediction_type":"epsilon"}""");
        CopyTokenizer(folder);

        void WritePart(
            string part, string fileName, string prefix, Func<string, IEnumerable<(string Name, (long First, long Count)? Rows)>> rename,
            object config)
        {
            Directory.CreateDirectory(Path.Combine(folder, part));
            var tensors = new Dictionary<string, Tensor>();
            foreach (var name in names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)))
            {
                foreach (var (other, rows) in rename(name[prefix.Length..]))
                {
                    var tensor = file.Load(name, rows: rows);
                    tensors[other] = other == "text_projection.weight" ? tensor.t().contiguous() : tensor;
                }
            }
            SafetensorsWriter.Write(Path.Combine(folder, part, fileName), tensors);
            File.WriteAllText(Path.Combine(folder, part, "config.json"), JsonSerializer.Serialize(config));
        }

        IEnumerable<(string Name, (long First, long Count)? Rows)> TextName(string name)
        {
            switch (name.Split('.'))
            {
                case ["text_projection"]:
                    yield return ("text_projection.weight", null);
                    break;
                case ["token_embedding", "weight"]:
                    yield return ("text_model.embeddings.token_embedding.weight", null);
                    break;
                case ["positional_embedding"]:
                    yield return ("text_model.embeddings.position_embedding.weight", null);
                    break;
                case ["ln_final", var kind]:
                    yield return ($"text_model.final_layer_norm.{kind}", null);
                    break;
                case ["transformer", "resblocks", var layer, "attn", var fused] when fused.StartsWith("in_proj_", StringComparison.Ordinal):
                    var size = file.Tensors[$"conditioner.embedders.1.model.{name}"].Shape[0] / 3;
                    foreach (var (part, i) in new[] { "q_proj", "k_proj", "v_proj" }.Select((part, i) => (part, i)))
                        yield return ($"text_model.encoder.layers.{layer}.self_attn.{part}.{fused["in_proj_".Length..]}", (i * size, size));
                    break;
                case ["transformer", "resblocks", var layer, .. var rest]:
                    var inner = string.Join('.', rest).Replace("ln_", "layer_norm", StringComparison.Ordinal)
                        .Replace("mlp.c_fc", "mlp.fc1", StringComparison.Ordinal).Replace("mlp.c_proj", "mlp.fc2", StringComparison.Ordinal)
                        .Replace("attn.out_proj", "self_attn.out_proj", StringComparison.Ordinal);
                    yield return ($"text_model.encoder.layers.{layer}.{inner}", null);
                    break;
            }
        }
    }

    private static IEnumerable<(string Name, (long First, long Count)? Rows)> UNetName(string name)
    {
        yield return (DiffusersNames.OfUNetXL(name), null);
    }

    private static void CopyTokenizer(string folder)
    {
        var target = Path.Combine(folder, "tokenizer");
        Directory.CreateDirectory(target);
        foreach (var source in Directory.GetFiles(Tokenizer))
            File.Copy(source, Path.Combine(target, Path.GetFileName(source)), overwrite: true);
    }
}
