namespace LoraBuild.Diffusion.UNet;

/// <summary>
/// diffusers' names of a UNet's tensors in CompVis' terms: diffusers counts blocks level by level, CompVis numbers them through, with a
/// resampler as a block of its own on the way down and inside the level's last block on the way up.
/// </summary>
internal sealed class DiffusersUNetNames
{
    private readonly int perLevel;
    private readonly HashSet<int> attentiveUpBlocks;

    /// <summary>Learns from all names how many residual blocks a level has.</summary>
    public DiffusersUNetNames(IReadOnlyCollection<string> names)
    {
        var known = names.Select(name => name.Split('.')).ToList();
        perLevel = 1 + known.Where(name => name is ["down_blocks", "0", "resnets", ..]).Select(name => name[3]).Distinct().Count();
        attentiveUpBlocks = [.. known.Where(name => name is ["up_blocks", _, "attentions", ..]).Select(name => Number(name[1]))];
    }

    /// <summary>CompVis' name, without <c>model.diffusion_model.</c>; null for what Stable Diffusion does not have.</summary>
    public string? ToCompVis(string name) => name.Split('.') switch
    {
        ["conv_in", var kind] => $"input_blocks.0.0.{kind}",
        ["time_embedding", "linear_1", var kind] => $"time_embed.0.{kind}",
        ["time_embedding", "linear_2", var kind] => $"time_embed.2.{kind}",
        ["add_embedding", "linear_1", var kind] => $"label_emb.0.0.{kind}",
        ["add_embedding", "linear_2", var kind] => $"label_emb.0.2.{kind}",
        ["conv_norm_out", var kind] => $"out.0.{kind}",
        ["conv_out", var kind] => $"out.2.{kind}",
        ["down_blocks", var level, "resnets", var i, .. var rest] => ResBlock($"input_blocks.{1 + First(level) + Number(i)}.0", rest),
        ["down_blocks", var level, "attentions", var i, .. var rest] => $"input_blocks.{1 + First(level) + Number(i)}.1.{Join(rest)}",
        ["down_blocks", var level, "downsamplers", "0", "conv", var kind] => $"input_blocks.{First(level) + perLevel}.0.op.{kind}",
        ["mid_block", "resnets", var i, .. var rest] => ResBlock($"middle_block.{Number(i) * 2}", rest),
        ["mid_block", "attentions", "0", .. var rest] => $"middle_block.1.{Join(rest)}",
        ["up_blocks", var level, "resnets", var i, .. var rest] => ResBlock($"output_blocks.{First(level) + Number(i)}.0", rest),
        ["up_blocks", var level, "attentions", var i, .. var rest] => $"output_blocks.{First(level) + Number(i)}.1.{Join(rest)}",
        ["up_blocks", var level, "upsamplers", "0", "conv", var kind] =>
            $"output_blocks.{First(level) + perLevel - 1}.{(attentiveUpBlocks.Contains(Number(level)) ? 2 : 1)}.conv.{kind}",
        _ => null,
    };

    private static string? ResBlock(string block, string[] rest) => rest switch
    {
        ["norm1", var kind] => $"{block}.in_layers.0.{kind}",
        ["conv1", var kind] => $"{block}.in_layers.2.{kind}",
        ["time_emb_proj", var kind] => $"{block}.emb_layers.1.{kind}",
        ["norm2", var kind] => $"{block}.out_layers.0.{kind}",
        ["conv2", var kind] => $"{block}.out_layers.3.{kind}",
        ["conv_shortcut", var kind] => $"{block}.skip_connection.{kind}",
        _ => null,
    };

    private int First(string level) => Number(level) * perLevel;

    // What is no number belongs to no block; it is then no tensor of the model either.
    private static int Number(string text) => int.TryParse(text, out var number) ? number : -1000;

    private static string Join(string[] parts) => string.Join('.', parts);
}
