using System.Text.RegularExpressions;
using LoraBuild.Diffusion.Families;
using LoraBuild.Training.Adapters.Algorithms;

namespace LoraBuild.Training.Adapters.Files;

/// <summary>The layer and tensor that a key of a LoRA file names, whoever wrote it.</summary>
/// <param name="Layer">The layer's name, such as <c>lora_unet_mid_block_attentions_0_proj_in</c>.</param>
/// <param name="Tensor">The tensor's name as LyCORIS has it, such as <c>lora_down.weight</c>.</param>
/// <param name="Path">The layer's path in its model where the file has one, such as <c>mid_block.attentions.0.proj_in</c>.</param>
internal sealed partial record LoraTensorName(string Layer, string Tensor, string? Path = null)
{
    /// <summary>
    /// Reads a key: LyCORIS', sd-scripts' and OneTrainer's <c>lora_unet_LAYER.TENSOR</c>, or the path of a layer, as diffusers has it, its
    /// older releases, PEFT and OneTrainer.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="model">The model, which names the layers of its parts.</param>
    /// <returns>The names, or null for a key of no known form.</returns>
    public static LoraTensorName? TryParse(string key, IDiffusionModel model)
    {
        if (key.StartsWith("lora_", StringComparison.Ordinal))
        {
            var dot = key.IndexOf('.', StringComparison.Ordinal);
            return dot < 0 ? null : new(model.UsualNameOf(key[..dot]), key[(dot + 1)..]);
        }

        if (Peft().Match(key) is not { Success: true } match)
            return null;
        var path = match.Groups["path"].Value.Replace(".processor.", ".", StringComparison.Ordinal);
        var part = match.Groups["part"].Value.TrimEnd('.');
        return new(model.LayerNameOf(part, path) ?? $"{part}_{path.Replace('.', '_')}", TensorOf(match), path);
    }

    private static string TensorOf(Match match) => match.Groups["side"].Value switch
    {
        "A" or "down" => "lora_down.weight",
        "B" or "up" => "lora_up.weight",
        _ => match.Groups["other"].Value == "lora_magnitude_vector" ? AdapterKind.LengthsName : match.Groups["other"].Value,
    };

    [GeneratedRegex(
        @"^(base_model\.model\.)?(?<part>unet\.|text_encoder(_\d)?\.|clip_[lg]\.|transformer\.)?(?<path>.+?)"
            + @"(\.lora_(?<side>A|B)(\.[^.]+)?\.weight|(\.lora|_lora|\.lora_linear_layer)\.(?<side>down|up)\.weight"
            + @"|\.lora_(?<side>down|up)\.weight"
            + @"|\.(?<other>lora_magnitude_vector)(\.[^.]+)*|\.(?<other>(hada_(w[12]_[ab]|t[12])|lokr_(w[12](_[ab])?|t2)))(\.[^.]+)?"
            + @"|\.(?<other>alpha|dora_scale))$",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Peft();
}
