using System.Globalization;
using System.Text.RegularExpressions;
using LoraBuild.Protocol.Models;
using LoraBuild.Settings;

namespace LoraBuild.Diffusion.Families.StableDiffusion;

/// <summary>The names of layers in LoRA files, and sd-scripts' numbering of the UNet's blocks.</summary>
internal static partial class StableDiffusionNames
{
    /// <summary>The beginning of the names of the text encoder's layers.</summary>
    public const string TextPrefix = "lora_te";

    private const string UNetPrefix = "lora_unet";
    private const string TextModel = "text_model.";

    // Two resnets with their transformers and a resampler, or three resnets.
    private const int PerLevel = 3;

    private static readonly ModuleClasses Classes = new(
    [
        ("Transformer2DModel", "_attentions_"),
        ("CrossAttention", "_attn[12]_"),
        ("FeedForward", "_ff_net_"),
        ("ResnetBlock2D", "_resnets_"),
        ("Downsample2D", "_downsamplers_"),
        ("Upsample2D", "_upsamplers_"),
        .. ModuleClasses.OfTextEncoders,
    ]);

    /// <inheritdoc cref="IDiffusionModel.ClassesOf"/>
    public static IReadOnlyCollection<string> ClassesOf(string layer) => Classes.Of(layer);

    /// <summary>
    /// The block of a layer: 12 on the way down, of which the first has no layers, one in the middle, 12 on the way up. Null for a layer in
    /// none: <c>conv_in</c>, <c>conv_out</c>, <c>time_embedding</c> and the text encoder.
    /// </summary>
    /// <param name="layer">The layer's name as in a LoRA file.</param>
    public static BlockPlace? BlockOf(string layer)
    {
        var perWay = BlockLayout.StableDiffusion.PerWay;
        if (layer.Contains("_mid_block_", StringComparison.Ordinal))
            return new(perWay, BlockWay.Middle, 0);
        if (Place().Match(layer) is not { Success: true } match)
            return null;
        var inLevel = match.Groups["sampler"].Success ? PerLevel - 1 : Number(match.Groups["index"]);
        var index = (Number(match.Groups["level"]) * PerLevel) + inLevel;
        return match.Groups["way"].Value == "down"
            ? new(index + 1, BlockWay.Down, index + 1)
            : new(index + 1 + perWay, BlockWay.Up, index);
    }

    /// <inheritdoc cref="IDiffusionModel.LayerNameOf"/>
    public static string? LayerNameOf(string part, string path)
    {
        var isText = part == DiffusersFolder.TextEncoder || (part.Length == 0 && path.StartsWith(TextModel, StringComparison.Ordinal));
        if (!isText && part is not ("" or DiffusersFolder.UNet))
            return null;
        var inner = !isText || path.StartsWith(TextModel, StringComparison.Ordinal) ? path : TextModel + path;
        // Older releases of diffusers called the text encoder's projections as the UNet's, and knew no list of them.
        inner = isText ? Projection().Replace(inner, ".${name}_proj") : OutProjection().Replace(inner, ".to_out.0");
        return $"{(isText ? TextPrefix : UNetPrefix)}_{inner.Replace('.', '_')}";
    }

    private static int Number(Group digits) => int.Parse(digits.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"_(?<way>down|up)_blocks_(?<level>\d+)_(resnets|attentions|(?<sampler>upsamplers|downsamplers))_(?<index>\d+)_")]
    private static partial Regex Place();

    [GeneratedRegex(@"\.to_(?<name>q|k|v|out)$")]
    private static partial Regex Projection();

    [GeneratedRegex(@"\.to_out$")]
    private static partial Regex OutProjection();
}
