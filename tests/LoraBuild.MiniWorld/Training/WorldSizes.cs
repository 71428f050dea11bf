namespace LoraBuild.MiniWorld.Training;

/// <summary>
/// The tensors of the miniature Stable Diffusion by CompVis' names. Its widths are those in the example's <c>config.json</c>, which stays
/// as it is.
/// </summary>
internal static class WorldSizes
{
    public const string UNetPrefix = "model.diffusion_model.", VaePrefix = "first_stage_model.",
        TextPrefix = "cond_stage_model.transformer.text_model.";

    private const long Context = 96, Tokens = 77, TextLayers = 3;
    private const long UNetWidth = 64, TimeSize = 256, LatentChannels = 4;
    private const int Levels = 4, ResBlocks = 2;

    private static readonly long[] VaeWidths = [16, 32, 64, 64];

    /// <summary>Every tensor with its shape, for a vocabulary of this size.</summary>
    public static IReadOnlyList<(string Name, long[] Shape)> Tensors(long vocabulary)
    {
        var list = new List<(string, long[])>();
        TextEncoder(list, vocabulary);
        UNet(list);
        Vae(list);
        return list;
    }

    private static void TextEncoder(List<(string, long[])> list, long vocabulary)
    {
        list.Add(($"{TextPrefix}embeddings.token_embedding.weight", [vocabulary, Context]));
        list.Add(($"{TextPrefix}embeddings.position_embedding.weight", [Tokens, Context]));
        for (var layer = 0; layer < TextLayers; layer++)
        {
            var name = $"{TextPrefix}encoder.layers.{layer}";
            foreach (var projection in new[] { "q_proj", "k_proj", "v_proj", "out_proj" })
                Linear(list, $"{name}.self_attn.{projection}", Context, Context);
            Linear(list, $"{name}.mlp.fc1", Context, 4 * Context);
            Linear(list, $"{name}.mlp.fc2", 4 * Context, Context);
            Norm(list, $"{name}.layer_norm1", Context);
            Norm(list, $"{name}.layer_norm2", Context);
        }
        Norm(list, $"{TextPrefix}final_layer_norm", Context);
    }

    private static void UNet(List<(string, long[])> list)
    {
        Conv(list, $"{UNetPrefix}input_blocks.0.0", LatentChannels, UNetWidth);
        Linear(list, $"{UNetPrefix}time_embed.0", UNetWidth, TimeSize);
        Linear(list, $"{UNetPrefix}time_embed.2", TimeSize, TimeSize);
        var index = 1;
        for (var level = 0; level < Levels; level++)
        {
            for (var block = 0; block < ResBlocks; block++, index++)
                Block($"{UNetPrefix}input_blocks.{index}", level, UNetWidth);
            if (level < Levels - 1)
                Conv(list, $"{UNetPrefix}input_blocks.{index++}.0.op", UNetWidth, UNetWidth);
        }
        ResBlock($"{UNetPrefix}middle_block.0", UNetWidth);
        Transformer($"{UNetPrefix}middle_block.1");
        ResBlock($"{UNetPrefix}middle_block.2", UNetWidth);
        index = 0;
        for (var level = Levels - 1; level >= 0; level--)
        {
            for (var block = 0; block <= ResBlocks; block++, index++)
            {
                Block($"{UNetPrefix}output_blocks.{index}", level, 2 * UNetWidth);
                if (block == ResBlocks && level > 0)
                    Conv(list, $"{UNetPrefix}output_blocks.{index}.{(HasTransformer(level) ? 2 : 1)}.conv", UNetWidth, UNetWidth);
            }
        }
        Norm(list, $"{UNetPrefix}out.0", UNetWidth);
        Conv(list, $"{UNetPrefix}out.2", UNetWidth, LatentChannels);

        static bool HasTransformer(int level) => level < Levels - 1;

        void Block(string name, int level, long inputs)
        {
            ResBlock($"{name}.0", inputs);
            if (HasTransformer(level))
                Transformer($"{name}.1");
        }

        void ResBlock(string name, long inputs)
        {
            Norm(list, $"{name}.in_layers.0", inputs);
            Conv(list, $"{name}.in_layers.2", inputs, UNetWidth);
            Linear(list, $"{name}.emb_layers.1", TimeSize, UNetWidth);
            Norm(list, $"{name}.out_layers.0", UNetWidth);
            Conv(list, $"{name}.out_layers.3", UNetWidth, UNetWidth);
            if (inputs != UNetWidth)
                Conv(list, $"{name}.skip_connection", inputs, UNetWidth, kernel: 1);
        }

        void Transformer(string name)
        {
            Norm(list, $"{name}.norm", UNetWidth);
            Conv(list, $"{name}.proj_in", UNetWidth, UNetWidth, kernel: 1);
            var block = $"{name}.transformer_blocks.0";
            foreach (var (attention, inputs) in new[] { ("attn1", UNetWidth), ("attn2", Context) })
            {
                Linear(list, $"{block}.{attention}.to_q", UNetWidth, UNetWidth, bias: false);
                Linear(list, $"{block}.{attention}.to_k", inputs, UNetWidth, bias: false);
                Linear(list, $"{block}.{attention}.to_v", inputs, UNetWidth, bias: false);
                Linear(list, $"{block}.{attention}.to_out.0", UNetWidth, UNetWidth);
            }
            Linear(list, $"{block}.ff.net.0.proj", UNetWidth, 8 * UNetWidth);
            Linear(list, $"{block}.ff.net.2", 4 * UNetWidth, UNetWidth);
            foreach (var norm in new[] { "norm1", "norm2", "norm3" })
                Norm(list, $"{block}.{norm}", UNetWidth);
            Conv(list, $"{name}.proj_out", UNetWidth, UNetWidth, kernel: 1);
        }
    }

    private static void Vae(List<(string, long[])> list)
    {
        var channels = VaeWidths[0];
        Conv(list, $"{VaePrefix}encoder.conv_in", 3, channels);
        for (var level = 0; level < Levels; level++)
        {
            for (var block = 0; block < ResBlocks; block++)
                ResBlock($"{VaePrefix}encoder.down.{level}.block.{block}", VaeWidths[level]);
            if (level < Levels - 1)
                Conv(list, $"{VaePrefix}encoder.down.{level}.downsample.conv", channels, channels);
        }
        Middle("encoder");
        Norm(list, $"{VaePrefix}encoder.norm_out", channels);
        Conv(list, $"{VaePrefix}encoder.conv_out", channels, 2 * LatentChannels);
        Conv(list, $"{VaePrefix}quant_conv", 2 * LatentChannels, 2 * LatentChannels, kernel: 1);
        Conv(list, $"{VaePrefix}post_quant_conv", LatentChannels, LatentChannels, kernel: 1);

        Conv(list, $"{VaePrefix}decoder.conv_in", LatentChannels, channels);
        Middle("decoder");
        for (var level = Levels - 1; level >= 0; level--)
        {
            for (var block = 0; block <= ResBlocks; block++)
                ResBlock($"{VaePrefix}decoder.up.{level}.block.{block}", VaeWidths[level]);
            if (level > 0)
                Conv(list, $"{VaePrefix}decoder.up.{level}.upsample.conv", channels, channels);
        }
        Norm(list, $"{VaePrefix}decoder.norm_out", channels);
        Conv(list, $"{VaePrefix}decoder.conv_out", channels, 3);

        void Middle(string half)
        {
            ResBlock($"{VaePrefix}{half}.mid.block_1", channels);
            Norm(list, $"{VaePrefix}{half}.mid.attn_1.norm", channels);
            foreach (var projection in new[] { "q", "k", "v", "proj_out" })
                Conv(list, $"{VaePrefix}{half}.mid.attn_1.{projection}", channels, channels, kernel: 1);
            ResBlock($"{VaePrefix}{half}.mid.block_2", channels);
        }

        void ResBlock(string name, long outputs)
        {
            Norm(list, $"{name}.norm1", channels);
            Conv(list, $"{name}.conv1", channels, outputs);
            Norm(list, $"{name}.norm2", outputs);
            Conv(list, $"{name}.conv2", outputs, outputs);
            if (channels != outputs)
                Conv(list, $"{name}.nin_shortcut", channels, outputs, kernel: 1);
            channels = outputs;
        }
    }

    private static void Norm(List<(string, long[])> list, string name, long size) =>
        list.AddRange([($"{name}.weight", [size]), ($"{name}.bias", [size])]);

    private static void Conv(List<(string, long[])> list, string name, long inputs, long outputs, long kernel = 3) =>
        list.AddRange([($"{name}.weight", [outputs, inputs, kernel, kernel]), ($"{name}.bias", [outputs])]);

    private static void Linear(List<(string, long[])> list, string name, long inputs, long outputs, bool bias = true)
    {
        list.Add(($"{name}.weight", [outputs, inputs]));
        if (bias)
            list.Add(($"{name}.bias", [outputs]));
    }
}
