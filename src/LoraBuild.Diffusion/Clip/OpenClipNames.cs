using LoraBuild.Diffusion.Files;
using LoraBuild.Diffusion.Loading;

namespace LoraBuild.Diffusion.Clip;

/// <summary>
/// OpenCLIP's names of a text encoder's tensors in transformers' terms, for Stable Diffusion 2.x and XL: the layers are
/// <c>resblocks</c>, and the projections to query, key and value are one matrix of three parts, in this order.
/// </summary>
internal static class OpenClipNames
{
    private const string FusedPrefix = "in_proj_";

    private static readonly string[] Projections = ["q_proj", "k_proj", "v_proj"];

    /// <summary>The text encoder's tensors in a file.</summary>
    /// <param name="title">The part's name in messages.</param>
    /// <param name="family">The family whose part it should be.</param>
    /// <param name="file">The file.</param>
    /// <param name="prefix">The beginning of their names.</param>
    /// <param name="layers">The layers to take, from the first.</param>
    public static PartTensors PartOf(string title, string family, ITensorFile file, string prefix, int layers = int.MaxValue)
    {
        var plain = PartTensors.Of(title, family, file, prefix, name => ToTransformers(name, layers));
        var tensors = plain.Tensors.ToDictionary();
        foreach (var (key, shape) in file.Shapes
            .Where(tensor => tensor.Key.StartsWith(prefix, StringComparison.Ordinal) && tensor.Value.Count > 0))
        {
            if (key[prefix.Length..].Split('.') is not ["transformer", "resblocks", var layer, "attn", var fused] || !IsUsed(layer, layers)
                || !fused.StartsWith(FusedPrefix, StringComparison.Ordinal))
                continue;
            var size = shape[0] / Projections.Length;
            for (var i = 0; i < Projections.Length; i++)
            {
                tensors[$"encoder.layers.{layer}.self_attn.{Projections[i]}.{fused[FusedPrefix.Length..]}"] =
                    new StoredTensor(file, key, [size, .. shape.Skip(1)], (i * size, size));
            }
        }
        return plain with { Tensors = tensors };
    }

    private static string? ToTransformers(string name, int layers) => name.Split('.') switch
    {
        ["token_embedding", "weight"] => "embeddings.token_embedding.weight",
        ["positional_embedding"] => "embeddings.position_embedding.weight",
        ["text_projection"] or ["text_projection", "weight"] => name,
        ["ln_final", var kind] => $"final_layer_norm.{kind}",
        ["transformer", "resblocks", var layer, .. var rest] when IsUsed(layer, layers) => rest switch
        {
            ["ln_1", var kind] => $"encoder.layers.{layer}.layer_norm1.{kind}",
            ["ln_2", var kind] => $"encoder.layers.{layer}.layer_norm2.{kind}",
            ["mlp", "c_fc", var kind] => $"encoder.layers.{layer}.mlp.fc1.{kind}",
            ["mlp", "c_proj", var kind] => $"encoder.layers.{layer}.mlp.fc2.{kind}",
            ["attn", "out_proj", var kind] => $"encoder.layers.{layer}.self_attn.out_proj.{kind}",
            _ => null,
        },
        _ => null,
    };

    private static bool IsUsed(string layer, int layers) => int.TryParse(layer, out var number) && number < layers;
}
