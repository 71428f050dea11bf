using System.Globalization;
using System.Text.RegularExpressions;
using LoraBuild.Protocol.Models;
using LoraBuild.Settings;

namespace LoraBuild.Diffusion.Families.StableDiffusionXL;

/// <summary>The names of layers in LoRA files, and sd-scripts' numbering of the UNet's blocks: 9 down, 3, and 9 up.</summary>
internal static partial class StableDiffusionXLNames
{
    /// <summary>The beginnings of the names of the layers of the text encoders and of the UNet.</summary>
    public const string FirstText = "lora_te1", SecondText = "lora_te2", UNet = "lora_unet_";

    private const string TextModel = "text_model.";

    // OneTrainer's names of the text encoders in files of the Open Model Initiative's form.
    private const string FirstOmi = "clip_l", SecondOmi = "clip_g";

    // Two resnets with their transformers and a resampler, or three resnets.
    private const int PerLevel = 3;

    private static readonly ModuleClasses Classes = new(
    [
        ("Transformer2DModel", "_1_(norm$|proj_in|proj_out|transformer_blocks)"),
        ("CrossAttention", "_attn[12]_"),
        ("FeedForward", "_ff_net_"),
        ("ResnetBlock2D", "_(in_layers|emb_layers|out_layers|skip_connection)"),
        ("Downsample2D", "_0_op$"),
        ("Upsample2D", "_2_conv$"),
        .. ModuleClasses.OfTextEncoders,
    ]);

    /// <inheritdoc cref="IDiffusionModel.ClassesOf"/>
    public static IReadOnlyCollection<string> ClassesOf(string layer) => Classes.Of(layer);

    /// <summary>
    /// The block of a layer; null for one of a text encoder. sd-scripts' first and last number are for layers without adapters.
    /// </summary>
    /// <param name="layer">The layer's name as in a LoRA file.</param>
    public static BlockPlace? BlockOf(string layer)
    {
        if (Place().Match(layer) is not { Success: true } match)
            return null;
        var index = int.Parse(match.Groups["index"].ValueSpan, CultureInfo.InvariantCulture);
        var (perWay, inMiddle) = (BlockLayout.StableDiffusionXL.PerWay, BlockLayout.StableDiffusionXL.InMiddle);
        return match.Groups["way"].Value switch
        {
            "input" => new(1 + index, BlockWay.Down, index),
            "middle" => new(1 + perWay + index, BlockWay.Middle, index),
            _ => new(1 + perWay + inMiddle + index, BlockWay.Up, index),
        };
    }

    /// <inheritdoc cref="IDiffusionModel.UsualNameOf"/>
    public static string UsualNameOf(string name)
    {
        if (Diffusers().Match(name) is not { Success: true } match)
            return name;
        string[] path = match.Groups["level"].Success
            ? [match.Groups["way"].Value, match.Groups["level"].Value, match.Groups["kind"].Value, match.Groups["index"].Value]
            : [match.Groups["way"].Value, match.Groups["kind"].Value, match.Groups["index"].Value];
        return InBlocks([.. path, match.Groups["rest"].Value]) is { } usual ? UNet + usual.Replace('.', '_') : name;
    }

    /// <inheritdoc cref="IDiffusionModel.LayerNameOf"/>
    public static string? LayerNameOf(string part, string path)
    {
        if (part.StartsWith(DiffusersFolder.TextEncoder, StringComparison.Ordinal) || part is FirstOmi or SecondOmi)
        {
            var inner = path.StartsWith(TextModel, StringComparison.Ordinal) ? path : TextModel + path;
            var prefix = part is DiffusersFolder.TextEncoder or FirstOmi ? FirstText : SecondText;
            return $"{prefix}_{Projection().Replace(inner, ".${name}_proj").Replace('.', '_')}";
        }
        return part is "" or DiffusersFolder.UNet && InBlocks(path.Split('.')) is { } name ? UNet + name.Replace('.', '_') : null;
    }

    // diffusers' names by level, in Stability AI's terms.
    private static string? InBlocks(string[] path) => path switch
    {
        ["down_blocks", var level, "resnets", var i, .. var rest] => ResBlock($"input_blocks.{Number(level, i) + 1}.0", rest),
        ["down_blocks", var level, "attentions", var i, .. var rest] => Transformer($"input_blocks.{Number(level, i) + 1}.1", rest),
        ["down_blocks", var level, "downsamplers", "0", "conv"] => $"input_blocks.{Number(level, "2") + 1}.0.op",
        ["mid_block", "resnets", var i, .. var rest] => ResBlock($"middle_block.{Number("0", i) * 2}", rest),
        ["mid_block", "attentions", "0", .. var rest] => Transformer("middle_block.1", rest),
        ["up_blocks", var level, "resnets", var i, .. var rest] => ResBlock($"output_blocks.{Number(level, i)}.0", rest),
        ["up_blocks", var level, "attentions", var i, .. var rest] => Transformer($"output_blocks.{Number(level, i)}.1", rest),
        ["up_blocks", var level, "upsamplers", "0", "conv"] => $"output_blocks.{Number(level, "2")}.2.conv",
        ["input_blocks" or "middle_block" or "output_blocks", ..] => string.Join('.', path),
        _ => null,
    };

    private static string? ResBlock(string block, string[] rest) => rest switch
    {
        ["conv1"] => $"{block}.in_layers.2",
        ["time_emb_proj"] => $"{block}.emb_layers.1",
        ["conv2"] => $"{block}.out_layers.3",
        ["conv_shortcut"] => $"{block}.skip_connection",
        _ => null,
    };

    // Older releases of diffusers knew no list of output projections.
    private static string Transformer(string block, string[] rest) =>
        $"{block}.{string.Join('.', rest is [.., "to_out"] ? [.. rest, "0"] : rest)}";

    private static int Number(string level, string index) =>
        int.TryParse(level, out var first) && int.TryParse(index, out var second) ? (first * PerLevel) + second : -1000;

    [GeneratedRegex(@"^lora_unet_(?<way>input|middle|output)_blocks?_(?<index>\d)_")]
    private static partial Regex Place();

    [GeneratedRegex(
        @"^lora_unet_((?<way>down_blocks|up_blocks)_(?<level>\d)|(?<way>mid_block))_(?<kind>resnets|attentions|downsamplers|upsamplers)"
            + @"_(?<index>\d)_(?<rest>.+)$",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Diffusers();

    [GeneratedRegex(@"\.to_(?<name>q|k|v|out)$")]
    private static partial Regex Projection();
}
