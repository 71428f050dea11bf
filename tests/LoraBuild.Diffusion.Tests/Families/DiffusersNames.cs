namespace LoraBuild.Diffusion.Tests.Families;

/// <summary>
/// CompVis' names in diffusers' terms, for models of two residual blocks a level and four levels, as Stable Diffusion's are.
/// </summary>
internal static class DiffusersNames
{
    private static readonly (string CompVis, string Diffusers)[] ResBlock =
    [
        ("in_layers.0.", "norm1."), ("in_layers.2.", "conv1."), ("emb_layers.1.", "time_emb_proj."), ("out_layers.0.", "norm2."),
        ("out_layers.3.", "conv2."), ("skip_connection.", "conv_shortcut."),
    ];

    public static string OfUNet(string name) => OfUNet(name, UNetBlocks());

    /// <summary>As <see cref="OfUNet(string)"/>, of SDXL's three levels, the first without attention, and its embedding of sizes.</summary>
    public static string OfUNetXL(string name) => OfUNet(name, UNetXLBlocks());

    private static string OfUNet(string name, IEnumerable<(string CompVis, string Diffusers)> blocks)
    {
        foreach (var (compVis, diffusers) in blocks.OrderByDescending(pair => pair.CompVis.Length))
        {
            if (name.StartsWith(compVis, StringComparison.Ordinal))
                return diffusers
                    + Replaced(name[compVis.Length..], diffusers.Contains("resnets", StringComparison.Ordinal) ? ResBlock : []);
        }
        throw new ArgumentException(name);
    }

    public static string OfVae(string name)
    {
        var half = name[..(name.IndexOf('.', StringComparison.Ordinal) + 1)];
        if (half is not ("encoder." or "decoder."))
            return name;
        foreach (var (compVis, diffusers) in VaeBlocks().OrderByDescending(pair => pair.CompVis.Length))
        {
            if (name.StartsWith(half + compVis, StringComparison.Ordinal))
                return half + diffusers + Replaced(name[(half + compVis).Length..], [("nin_shortcut.", "conv_shortcut.")]);
        }
        throw new ArgumentException(name);
    }

    private static IEnumerable<(string CompVis, string Diffusers)> UNetBlocks()
    {
        yield return ("input_blocks.0.0.", "conv_in.");
        yield return ("time_embed.0.", "time_embedding.linear_1.");
        yield return ("time_embed.2.", "time_embedding.linear_2.");
        yield return ("out.0.", "conv_norm_out.");
        yield return ("out.2.", "conv_out.");
        yield return ("middle_block.0.", "mid_block.resnets.0.");
        yield return ("middle_block.1.", "mid_block.attentions.0.");
        yield return ("middle_block.2.", "mid_block.resnets.1.");
        // Written out as they stand in a checkpoint of Stable Diffusion 1.x.
        int[][] down = [[1, 2, 3], [4, 5, 6], [7, 8, 9], [10, 11]], up = [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10, 11]];
        for (var level = 0; level < 4; level++)
        {
            for (var i = 0; i < 2; i++)
            {
                yield return ($"input_blocks.{down[level][i]}.0.", $"down_blocks.{level}.resnets.{i}.");
                yield return ($"input_blocks.{down[level][i]}.1.", $"down_blocks.{level}.attentions.{i}.");
            }
            if (level < 3)
                yield return ($"input_blocks.{down[level][2]}.0.op.", $"down_blocks.{level}.downsamplers.0.conv.");
            for (var i = 0; i < 3; i++)
            {
                yield return ($"output_blocks.{up[level][i]}.0.", $"up_blocks.{level}.resnets.{i}.");
                if (level > 0)
                    yield return ($"output_blocks.{up[level][i]}.1.", $"up_blocks.{level}.attentions.{i}.");
            }
            if (level < 3)
                yield return ($"output_blocks.{up[level][2]}.{(level == 0 ? 1 : 2)}.conv.", $"up_blocks.{level}.upsamplers.0.conv.");
        }
    }

    private static IEnumerable<(string CompVis, string Diffusers)> UNetXLBlocks() =>
    [
        ("input_blocks.0.0.", "conv_in."), ("time_embed.0.", "time_embedding.linear_1."), ("time_embed.2.", "time_embedding.linear_2."),
        ("label_emb.0.0.", "add_embedding.linear_1."), ("label_emb.0.2.", "add_embedding.linear_2."), ("out.0.", "conv_norm_out."),
        ("out.2.", "conv_out."),
        ("middle_block.0.", "mid_block.resnets.0."), ("middle_block.1.", "mid_block.attentions.0."),
        ("middle_block.2.", "mid_block.resnets.1."),
        ("input_blocks.1.0.", "down_blocks.0.resnets.0."), ("input_blocks.2.0.", "down_blocks.0.resnets.1."),
        ("input_blocks.3.0.op.", "down_blocks.0.downsamplers.0.conv."),
        ("input_blocks.4.0.", "down_blocks.1.resnets.0."), ("input_blocks.4.1.", "down_blocks.1.attentions.0."),
        ("input_blocks.5.0.", "down_blocks.1.resnets.1."), ("input_blocks.5.1.", "down_blocks.1.attentions.1."),
        ("input_blocks.6.0.op.", "down_blocks.1.downsamplers.0.conv."),
        ("input_blocks.7.0.", "down_blocks.2.resnets.0."), ("input_blocks.7.1.", "down_blocks.2.attentions.0."),
        ("input_blocks.8.0.", "down_blocks.2.resnets.1."), ("input_blocks.8.1.", "down_blocks.2.attentions.1."),
        ("output_blocks.0.0.", "up_blocks.0.resnets.0."), ("output_blocks.0.1.", "up_blocks.0.attentions.0."),
        ("output_blocks.1.0.", "up_blocks.0.resnets.1."), ("output_blocks.1.1.", "up_blocks.0.attentions.1."),
        ("output_blocks.2.0.", "up_blocks.0.resnets.2."), ("output_blocks.2.1.", "up_blocks.0.attentions.2."),
        ("output_blocks.2.2.conv.", "up_blocks.0.upsamplers.0.conv."),
        ("output_blocks.3.0.", "up_blocks.1.resnets.0."), ("output_blocks.3.1.", "up_blocks.1.attentions.0."),
        ("output_blocks.4.0.", "up_blocks.1.resnets.1."), ("output_blocks.4.1.", "up_blocks.1.attentions.1."),
        ("output_blocks.5.0.", "up_blocks.1.resnets.2."), ("output_blocks.5.1.", "up_blocks.1.attentions.2."),
        ("output_blocks.5.2.conv.", "up_blocks.1.upsamplers.0.conv."),
        ("output_blocks.6.0.", "up_blocks.2.resnets.0."), ("output_blocks.7.0.", "up_blocks.2.resnets.1."),
        ("output_blocks.8.0.", "up_blocks.2.resnets.2."),
    ];

    private static IEnumerable<(string CompVis, string Diffusers)> VaeBlocks()
    {
        yield return ("conv_in.", "conv_in.");
        yield return ("conv_out.", "conv_out.");
        yield return ("norm_out.", "conv_norm_out.");
        yield return ("mid.block_1.", "mid_block.resnets.0.");
        yield return ("mid.block_2.", "mid_block.resnets.1.");
        yield return ("mid.attn_1.norm.", "mid_block.attentions.0.group_norm.");
        yield return ("mid.attn_1.q.", "mid_block.attentions.0.to_q.");
        yield return ("mid.attn_1.k.", "mid_block.attentions.0.to_k.");
        yield return ("mid.attn_1.v.", "mid_block.attentions.0.to_v.");
        yield return ("mid.attn_1.proj_out.", "mid_block.attentions.0.to_out.0.");
        for (var level = 0; level < 4; level++)
        {
            for (var i = 0; i < 3; i++)
            {
                yield return ($"down.{level}.block.{i}.", $"down_blocks.{level}.resnets.{i}.");
                yield return ($"up.{level}.block.{i}.", $"up_blocks.{3 - level}.resnets.{i}.");
            }
            yield return ($"down.{level}.downsample.conv.", $"down_blocks.{level}.downsamplers.0.conv.");
            yield return ($"up.{level}.upsample.conv.", $"up_blocks.{3 - level}.upsamplers.0.conv.");
        }
    }

    private static string Replaced(string name, (string From, string To)[] pairs)
    {
        var pair = pairs.FirstOrDefault(pair => name.StartsWith(pair.From, StringComparison.Ordinal));
        return pair.From is null ? name : pair.To + name[pair.From.Length..];
    }
}
