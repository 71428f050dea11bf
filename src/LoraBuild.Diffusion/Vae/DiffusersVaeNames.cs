namespace LoraBuild.Diffusion.Vae;

/// <summary>
/// diffusers' names of an autoencoder's tensors in CompVis' terms, which number the decoder's levels from the largest map.
/// </summary>
internal sealed class DiffusersVaeNames
{
    private readonly int levels;

    /// <summary>Learns from all names how many levels there are.</summary>
    public DiffusersVaeNames(IEnumerable<string> names) =>
        levels = names.Select(name => name.Split('.')).Where(name => name is ["decoder", "up_blocks", ..]).Select(name => name[2])
            .Distinct().Count();

    /// <summary>CompVis' name; null for what Stable Diffusion does not have.</summary>
    public string? ToCompVis(string name) => name.Split('.') switch
    {
        ["quant_conv" or "post_quant_conv", _] => name,
        ["encoder" or "decoder", "conv_in" or "conv_out", _] => name,
        [var half, "conv_norm_out", var kind] => $"{half}.norm_out.{kind}",
        ["encoder", "down_blocks", var level, "resnets", var i, .. var rest] => ResBlock($"encoder.down.{level}.block.{i}", rest),
        ["encoder", "down_blocks", var level, "downsamplers", "0", "conv", var kind] => $"encoder.down.{level}.downsample.conv.{kind}",
        ["decoder", "up_blocks", var level, "resnets", var i, .. var rest] => ResBlock($"decoder.up.{Mirrored(level)}.block.{i}", rest),
        ["decoder", "up_blocks", var level, "upsamplers", "0", "conv", var kind] => $"decoder.up.{Mirrored(level)}.upsample.conv.{kind}",
        [var half, "mid_block", "resnets", "0", .. var rest] => ResBlock($"{half}.mid.block_1", rest),
        [var half, "mid_block", "resnets", "1", .. var rest] => ResBlock($"{half}.mid.block_2", rest),
        [var half, "mid_block", "attentions", "0", .. var rest] => Attention($"{half}.mid.attn_1", rest),
        _ => null,
    };

    private static string ResBlock(string block, string[] rest) =>
        rest is ["conv_shortcut", var kind] ? $"{block}.nin_shortcut.{kind}" : $"{block}.{string.Join('.', rest)}";

    // The second names are those of diffusers before 0.17.
    private static string? Attention(string block, string[] rest) => rest switch
    {
        ["group_norm", var kind] => $"{block}.norm.{kind}",
        ["to_q" or "query", var kind] => $"{block}.q.{kind}",
        ["to_k" or "key", var kind] => $"{block}.k.{kind}",
        ["to_v" or "value", var kind] => $"{block}.v.{kind}",
        ["to_out", "0", var kind] => $"{block}.proj_out.{kind}",
        ["proj_attn", var kind] => $"{block}.proj_out.{kind}",
        _ => null,
    };

    private int Mirrored(string level) => int.TryParse(level, out var number) ? levels - 1 - number : -1;
}
