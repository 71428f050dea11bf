using System.Text.RegularExpressions;
using LoraBuild.Training.Adapters.Algorithms;

namespace LoraBuild.Training.Adapters.Files;

/// <summary>The layer and tensor that a key of a LoRA file names, whoever wrote it.</summary>
/// <param name="Layer">The layer's name, such as <c>lora_unet_mid_block_attentions_0_proj_in</c>.</param>
/// <param name="Tensor">The tensor's name as LyCORIS has it, such as <c>lora_down.weight</c>.</param>
/// <param name="Path">The layer's path in its model where the file has one, such as <c>mid_block.attentions.0.proj_in</c>.</param>
internal sealed partial record LoraTensorName(string Layer, string Tensor, string? Path = null)
{
    private const string TextModel = "text_model.";

    /// <summary>
    /// Reads a key: LyCORIS' and sd-scripts' <c>lora_unet_LAYER.TENSOR</c>, or diffusers' path of a layer, of its older releases and of PEFT.
    /// </summary>
    /// <returns>The names, or null for a key of no known form.</returns>
    public static LoraTensorName? TryParse(string key)
    {
        if (key.StartsWith("lora_", StringComparison.Ordinal))
        {
            var dot = key.IndexOf('.', StringComparison.Ordinal);
            return dot < 0 ? null : new(key[..dot], key[(dot + 1)..]);
        }

        if (Peft().Match(key) is not { Success: true } match)
            return null;
        var path = match.Groups["path"].Value.Replace(".processor.", ".", StringComparison.Ordinal);
        var ofProcessor = match.Groups["processor"].Success;
        return match.Groups["model"].Value switch
        {
            "text_encoder." => OfTextEncoder(path, ofProcessor, TensorOf(match)),
            "" when path.StartsWith(TextModel, StringComparison.Ordinal) => OfTextEncoder(path, ofProcessor, TensorOf(match)),
            "unet." or "" => Of("lora_unet_", ofProcessor && path.EndsWith(".to_out", StringComparison.Ordinal) ? path + ".0" : path, TensorOf(match)),
            var other => Of($"{other.TrimEnd('.')}_", path, TensorOf(match)),
        };
    }

    private static LoraTensorName OfTextEncoder(string path, bool ofProcessor, string tensor)
    {
        var inner = path.StartsWith(TextModel, StringComparison.Ordinal) ? path : TextModel + path;
        // diffusers' attention processors called the text encoder's projections as the UNet's.
        return Of("lora_te_", ofProcessor ? Projection().Replace(inner, ".${name}_proj") : inner, tensor);
    }

    private static LoraTensorName Of(string prefix, string path, string tensor) => new(prefix + path.Replace('.', '_'), tensor, path);

    private static string TensorOf(Match match) => match.Groups["side"].Value switch
    {
        "A" or "down" => "lora_down.weight",
        "B" or "up" => "lora_up.weight",
        _ => match.Groups["other"].Value == "lora_magnitude_vector" ? AdapterKind.LengthsName : match.Groups["other"].Value,
    };

    [GeneratedRegex(
        @"^(base_model\.model\.)?(?<model>unet\.|text_encoder(_\d)?\.|transformer\.)?(?<path>.+?)"
            + @"(\.lora_(?<side>A|B)(\.[^.]+)?\.weight|(\.lora|(?<processor>_lora)|\.lora_linear_layer)\.(?<side>down|up)\.weight|\.lora_(?<side>down|up)\.weight"
            + @"|\.(?<other>lora_magnitude_vector)(\.[^.]+)*|\.(?<other>alpha|dora_scale))$",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Peft();

    [GeneratedRegex(@"\.to_(?<name>q|k|v|out)$")]
    private static partial Regex Projection();
}
