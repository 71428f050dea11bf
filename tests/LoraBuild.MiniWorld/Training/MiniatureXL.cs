using System.Text.Json;
using System.Text.Json.Nodes;
using LoraBuild.Diffusion.Safetensors;

namespace LoraBuild.MiniWorld.Training;

/// <summary>
/// A miniature SDXL that draws what the miniature Stable Diffusion draws, made of its weights without any training.
/// </summary>
/// <remarks>
/// SDXL's UNet sees states before a final norm, which the miniature's saw after it. So both text encoders hold each state twice, and one
/// more layer adds its norm to the first copy. Cross attention takes the difference of the two, half of it from each encoder. The second
/// encoder has OpenCLIP's activation instead of CLIP's: it gives nearly the same. Sizes and the pooled text change nothing yet: their
/// embedding ends in zeros.
/// </remarks>
internal static class MiniatureXL
{
    /// <summary>The checkpoint's name within its folder.</summary>
    public const string FileName = "mini-sdxl.safetensors";

    private const string OldText = "cond_stage_model.transformer.text_model.", UNet = "model.diffusion_model.";
    private const string FirstText = "conditioner.embedders.0.transformer.text_model.", SecondText = "conditioner.embedders.1.model.";
    private const int Layers = 3, Sizes = 6 * 256;

    // The factors of latents in both families.
    private const double LatentScale = 0.18215 / 0.13025;

    private static readonly string[] LayerTensors =
    [
        .. ((string[])["layer_norm1", "layer_norm2", "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.out_proj",
            "mlp.fc1", "mlp.fc2"]).SelectMany(name => (string[])[$"{name}.weight", $"{name}.bias"]),
    ];

    /// <summary>Writes it, with its configuration and tokenizer.</summary>
    /// <param name="example">The folder of the miniature Stable Diffusion.</param>
    /// <param name="folder">The folder to write into.</param>
    /// <returns>The checkpoint.</returns>
    public static string Write(string example, string folder)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        using var file = SafetensorsFile.Open(Path.Combine(example, "mini-sd.safetensors"));
        var old = file.Tensors.Keys.Where(name => !name.EndsWith("position_ids", StringComparison.Ordinal))
            .ToDictionary(name => name, name => file.Load(name).to_type(ScalarType.Float32));
        var tensors = old.Where(entry => !entry.Key.StartsWith(OldText, StringComparison.Ordinal))
            .ToDictionary(entry => entry.Key, entry => ToXL(entry.Key, entry.Value));
        foreach (var (name, tensor) in FirstEncoder(old))
            tensors[$"{FirstText}{name}"] = tensor;
        foreach (var (name, tensor) in SecondEncoder(FirstEncoder(old)))
            tensors[$"{SecondText}{name}"] = tensor;
        var (size, time) = (tensors[$"{SecondText}text_projection"].shape[0], old[$"{UNet}time_embed.2.bias"].shape[0]);
        // Random, so that what follows it could learn.
        using var random = new Generator(1);
        tensors[$"{UNet}label_emb.0.0.weight"] = randn([time, size + Sizes], generator: random) / Math.Sqrt(size + Sizes);
        tensors[$"{UNet}label_emb.0.0.bias"] = zeros(time);
        tensors[$"{UNet}label_emb.0.2.weight"] = zeros(time, time);
        tensors[$"{UNet}label_emb.0.2.bias"] = zeros(time);

        CopyRest(example, folder);
        var path = Path.Combine(folder, FileName);
        SafetensorsWriter.Write(path, tensors.Select(entry => KeyValuePair.Create(entry.Key, entry.Value.to_type(ScalarType.Float16))));
        return path;
    }

    // By transformers' names. The states are [x, x], after the last layer but one [x + norm(x), x]; nothing sees the last layer.
    private static Dictionary<string, Tensor> FirstEncoder(Dictionary<string, Tensor> old)
    {
        var tensors = new Dictionary<string, Tensor>();
        foreach (var name in (string[])["token_embedding", "position_embedding"])
        {
            var embedding = old[$"{OldText}embeddings.{name}.weight"];
            tensors[$"embeddings.{name}.weight"] = cat([embedding, embedding], 1);
        }

        foreach (var name in LayerTensors)
        {
            for (var layer = 0; layer < Layers; layer++)
                tensors[$"encoder.layers.{layer}.{name}"] = Doubled(old[$"{OldText}encoder.layers.{layer}.{name}"]);
            for (var layer = Layers; layer < Layers + 2; layer++)
                tensors[$"encoder.layers.{layer}.{name}"] = zeros_like(tensors[$"encoder.layers.0.{name}"]);
        }

        var norm = $"encoder.layers.{Layers}";
        foreach (var kind in (string[])["weight", "bias"])
        {
            tensors[$"final_layer_norm.{kind}"] = Doubled(old[$"{OldText}final_layer_norm.{kind}"]);
            tensors[$"{norm}.layer_norm2.{kind}"] = tensors[$"final_layer_norm.{kind}"];
        }

        // Both activations are such that f(x) - f(-x) is x.
        var size = old[$"{OldText}final_layer_norm.bias"].shape[0];
        var same = Identity(size);
        tensors[$"{norm}.mlp.fc1.weight"].narrow(1, 0, size).narrow(0, 0, 2 * size).copy_(cat([same, -same], 0));
        tensors[$"{norm}.mlp.fc2.weight"].narrow(0, 0, size).narrow(1, 0, 2 * size).copy_(cat([same, -same], 1));
        return tensors;
    }

    private static Dictionary<string, Tensor> SecondEncoder(Dictionary<string, Tensor> first)
    {
        var tokens = first["embeddings.token_embedding.weight"].clone();
        var size = tokens.shape[1];
        // It pads with the token of id 0, CLIP with its last one, which ends a text.
        tokens.narrow(0, 0, 1).copy_(tokens.narrow(0, tokens.shape[0] - 1, 1));
        var tensors = new Dictionary<string, Tensor>
        {
            ["token_embedding.weight"] = tokens,
            ["positional_embedding"] = first["embeddings.position_embedding.weight"],
            ["text_projection"] = Identity(size),
        };
        foreach (var kind in (string[])["weight", "bias"])
        {
            tensors[$"ln_final.{kind}"] = first[$"final_layer_norm.{kind}"];
            for (var layer = 0; layer < Layers + 2; layer++)
            {
                var (from, to) = ($"encoder.layers.{layer}", $"transformer.resblocks.{layer}");
                tensors[$"{to}.attn.in_proj_{kind}"] =
                    cat([.. ((string[])["q", "k", "v"]).Select(part => first[$"{from}.self_attn.{part}_proj.{kind}"])], 0);
                tensors[$"{to}.attn.out_proj.{kind}"] = first[$"{from}.self_attn.out_proj.{kind}"];
                tensors[$"{to}.mlp.c_fc.{kind}"] = first[$"{from}.mlp.fc1.{kind}"];
                tensors[$"{to}.mlp.c_proj.{kind}"] = first[$"{from}.mlp.fc2.{kind}"];
                tensors[$"{to}.ln_1.{kind}"] = first[$"{from}.layer_norm1.{kind}"];
                tensors[$"{to}.ln_2.{kind}"] = first[$"{from}.layer_norm2.{kind}"];
            }
        }

        return tensors;
    }

    private static Tensor ToXL(string name, Tensor tensor) => name switch
    {
        _ when name.EndsWith("attn2.to_k.weight", StringComparison.Ordinal)
            || name.EndsWith("attn2.to_v.weight", StringComparison.Ordinal) =>
            cat([tensor, -tensor, tensor, -tensor], 1) / 2,
        _ when name.StartsWith(UNet, StringComparison.Ordinal)
            && (name.EndsWith("proj_in.weight", StringComparison.Ordinal) || name.EndsWith("proj_out.weight", StringComparison.Ordinal)) =>
            tensor.flatten(1),
        "first_stage_model.quant_conv.weight" => cat([tensor.narrow(0, 0, 4) * LatentScale, tensor.narrow(0, 4, 4)], 0),
        "first_stage_model.quant_conv.bias" =>
            cat([tensor.narrow(0, 0, 4) * LatentScale, tensor.narrow(0, 4, 4) + (2 * Math.Log(LatentScale))], 0),
        "first_stage_model.post_quant_conv.weight" => tensor / LatentScale,
        _ => tensor,
    };

    // A vector, or a matrix with another of the same beside it.
    private static Tensor Doubled(Tensor tensor) => tensor.dim() == 1
        ? cat([tensor, tensor], 0)
        : cat([cat([tensor, zeros_like(tensor)], 1), cat([zeros_like(tensor), tensor], 1)], 0);

    private static Tensor Identity(long size) =>
        tensor([.. Enumerable.Range(0, (int)(size * size)).Select(place => place % (size + 1) == 0 ? 1f : 0f)], [size, size]);

    private static void CopyRest(string example, string folder)
    {
        Directory.CreateDirectory(Path.Combine(folder, "tokenizer"));
        foreach (var file in (string[])["tokenizer/merges.txt", "tokenizer/vocab.json"])
            File.Copy(Path.Combine(example, file), Path.Combine(folder, file), overwrite: true);
        var config = JsonNode.Parse(File.ReadAllBytes(Path.Combine(example, "config.json")))!;
        int Groups(string part) => config[part]!["norm_num_groups"]!.GetValue<int>();
        var heads = 2 * config["clip"]!["num_attention_heads"]!.GetValue<int>();
        File.WriteAllText(Path.Combine(folder, "config.json"), JsonSerializer.Serialize(new
        {
            unet = new { num_heads = config["unet"]!["num_heads"]!.GetValue<int>(), norm_num_groups = Groups("unet") },
            vae = new { norm_num_groups = Groups("vae") },
            clip = new { num_attention_heads = heads },
            clip_2 = new { num_attention_heads = heads },
        }));
    }
}
