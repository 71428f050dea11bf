using LoraBuild.Diffusion.Safetensors;

namespace LoraBuild.Benchmarks.Models;

/// <summary>The tensors of Stable Diffusion 1.5's checkpoint, by CompVis' names.</summary>
internal static class StableDiffusion15
{
    private const long Context = 768, TimeSize = 1280;

    private static readonly long[] UNetChannels = [320, 640, 1280, 1280];
    private static readonly long[] VaeChannels = [128, 256, 512, 512];

    /// <summary>
    /// Writes a checkpoint with random weights of about the size that keeps activations bounded. The same bytes each time.
    /// </summary>
    public static void WriteRandom(string path, ScalarType dtype, bool unetOnly = false)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        using var random = new Generator(0);
        var shapes = unetOnly ? UNet() : Tensors();
        SafetensorsWriter.Write(path, shapes.Select(tensor => KeyValuePair.Create(tensor.Name, Values(tensor.Shape, dtype, random))));
    }

    /// <summary>Every tensor's name and shape.</summary>
    public static IReadOnlyList<(string Name, long[] Shape)> Tensors() => [.. UNet(), .. TextEncoder(), .. Vae()];

    // Gains near one and small biases where there is one size; else deviations of one over the root of the inputs.
    private static Tensor Values(long[] shape, ScalarType dtype, Generator random)
    {
        using var scope = NewDisposeScope();
        var normal = randn(shape, dtype: ScalarType.Float32, generator: random);
        var inputs = shape.Skip(1).Aggregate(1L, (product, size) => product * size);
        var values = shape.Length == 1 ? normal.mul_(0.02).add_(0.5) : normal.mul_(1 / Math.Sqrt(inputs));
        return values.to_type(dtype).MoveToOuterDisposeScope();
    }

    private static List<(string Name, long[] Shape)> UNet()
    {
        const string prefix = "model.diffusion_model.";
        var tensors = new List<(string, long[])>();
        Conv("input_blocks.0.0", 4, 320, 3);
        Linear("time_embed.0", 320, TimeSize);
        Linear("time_embed.2", TimeSize, TimeSize);

        var skips = new Stack<long>([320]);
        var (index, channels) = (1, 320L);
        for (var level = 0; level < UNetChannels.Length; level++)
        {
            for (var i = 0; i < 2; i++, index++)
            {
                Level("input_blocks", index, channels, level);
                channels = UNetChannels[level];
                skips.Push(channels);
            }

            if (level < UNetChannels.Length - 1)
            {
                Conv($"input_blocks.{index++}.0.op", channels, channels, 3);
                skips.Push(channels);
            }
        }

        ResBlock("middle_block.0", channels, channels);
        Transformer("middle_block.1", channels);
        ResBlock("middle_block.2", channels, channels);

        index = 0;
        for (var level = UNetChannels.Length - 1; level >= 0; level--)
        {
            for (var i = 0; i < 3; i++, index++)
            {
                Level("output_blocks", index, channels + skips.Pop(), level);
                channels = UNetChannels[level];
                if (i == 2 && level > 0)
                    Conv($"output_blocks.{index}.{(HasTransformer(level) ? 2 : 1)}.conv", channels, channels, 3);
            }
        }

        Norm("out.0", 320);
        Conv("out.2", 320, 4, 3);
        return tensors;

        static bool HasTransformer(int level) => level < UNetChannels.Length - 1;

        void Level(string kind, int block, long inputs, int level)
        {
            ResBlock($"{kind}.{block}.0", inputs, UNetChannels[level]);
            if (HasTransformer(level))
                Transformer($"{kind}.{block}.1", UNetChannels[level]);
        }

        void ResBlock(string name, long inputs, long outputs)
        {
            Norm($"{name}.in_layers.0", inputs);
            Conv($"{name}.in_layers.2", inputs, outputs, 3);
            Linear($"{name}.emb_layers.1", TimeSize, outputs);
            Norm($"{name}.out_layers.0", outputs);
            Conv($"{name}.out_layers.3", outputs, outputs, 3);
            if (inputs != outputs)
                Conv($"{name}.skip_connection", inputs, outputs, 1);
        }

        void Transformer(string name, long size)
        {
            Norm($"{name}.norm", size);
            Conv($"{name}.proj_in", size, size, 1);
            var block = $"{name}.transformer_blocks.0";
            foreach (var (attention, inputs) in new[] { ("attn1", size), ("attn2", Context) })
            {
                Linear($"{block}.{attention}.to_q", size, size, bias: false);
                Linear($"{block}.{attention}.to_k", inputs, size, bias: false);
                Linear($"{block}.{attention}.to_v", inputs, size, bias: false);
                Linear($"{block}.{attention}.to_out.0", size, size);
            }

            Linear($"{block}.ff.net.0.proj", size, 8 * size);
            Linear($"{block}.ff.net.2", 4 * size, size);
            foreach (var norm in new[] { "norm1", "norm2", "norm3" })
                Norm($"{block}.{norm}", size);
            Conv($"{name}.proj_out", size, size, 1);
        }

        void Norm(string name, long size) => AddNorm(tensors, prefix + name, size);
        void Conv(string name, long inputs, long outputs, long kernel) => AddConv(tensors, prefix + name, inputs, outputs, kernel);
        void Linear(string name, long inputs, long outputs, bool bias = true) => AddLinear(tensors, prefix + name, inputs, outputs, bias);
    }

    private static List<(string Name, long[] Shape)> TextEncoder()
    {
        const string prefix = "cond_stage_model.transformer.text_model.";
        var tensors = new List<(string, long[])>
        {
            ($"{prefix}embeddings.token_embedding.weight", [49_408, Context]),
            ($"{prefix}embeddings.position_embedding.weight", [77, Context]),
        };
        for (var layer = 0; layer < 12; layer++)
        {
            var name = $"{prefix}encoder.layers.{layer}";
            foreach (var projection in new[] { "q", "k", "v", "out" })
                AddLinear(tensors, $"{name}.self_attn.{projection}_proj", Context, Context);
            AddLinear(tensors, $"{name}.mlp.fc1", Context, 4 * Context);
            AddLinear(tensors, $"{name}.mlp.fc2", 4 * Context, Context);
            AddNorm(tensors, $"{name}.layer_norm1", Context);
            AddNorm(tensors, $"{name}.layer_norm2", Context);
        }

        AddNorm(tensors, $"{prefix}final_layer_norm", Context);
        return tensors;
    }

    private static List<(string Name, long[] Shape)> Vae()
    {
        const string prefix = "first_stage_model.";
        var tensors = new List<(string, long[])>();
        AddConv(tensors, $"{prefix}encoder.conv_in", 3, VaeChannels[0], 3);
        var channels = VaeChannels[0];
        for (var level = 0; level < VaeChannels.Length; level++)
        {
            for (var block = 0; block < 2; block++)
                ResBlock($"{prefix}encoder.down.{level}.block.{block}", level);
            if (level < VaeChannels.Length - 1)
                AddConv(tensors, $"{prefix}encoder.down.{level}.downsample.conv", channels, channels, 3);
        }

        Middle("encoder");
        AddNorm(tensors, $"{prefix}encoder.norm_out", channels);
        AddConv(tensors, $"{prefix}encoder.conv_out", channels, 8, 3);
        AddConv(tensors, $"{prefix}quant_conv", 8, 8, 1);
        AddConv(tensors, $"{prefix}post_quant_conv", 4, 4, 1);

        AddConv(tensors, $"{prefix}decoder.conv_in", 4, channels, 3);
        Middle("decoder");
        for (var level = VaeChannels.Length - 1; level >= 0; level--)
        {
            for (var block = 0; block < 3; block++)
                ResBlock($"{prefix}decoder.up.{level}.block.{block}", level);
            if (level > 0)
                AddConv(tensors, $"{prefix}decoder.up.{level}.upsample.conv", channels, channels, 3);
        }

        AddNorm(tensors, $"{prefix}decoder.norm_out", channels);
        AddConv(tensors, $"{prefix}decoder.conv_out", channels, 3, 3);
        return tensors;

        void ResBlock(string name, int level)
        {
            var outputs = VaeChannels[level];
            AddResBlock(name, channels, outputs);
            channels = outputs;
        }

        void AddResBlock(string name, long inputs, long outputs)
        {
            AddNorm(tensors, $"{name}.norm1", inputs);
            AddConv(tensors, $"{name}.conv1", inputs, outputs, 3);
            AddNorm(tensors, $"{name}.norm2", outputs);
            AddConv(tensors, $"{name}.conv2", outputs, outputs, 3);
            if (inputs != outputs)
                AddConv(tensors, $"{name}.nin_shortcut", inputs, outputs, 1);
        }

        void Middle(string half)
        {
            AddResBlock($"{prefix}{half}.mid.block_1", channels, channels);
            AddNorm(tensors, $"{prefix}{half}.mid.attn_1.norm", channels);
            foreach (var projection in new[] { "q", "k", "v", "proj_out" })
                AddConv(tensors, $"{prefix}{half}.mid.attn_1.{projection}", channels, channels, 1);
            AddResBlock($"{prefix}{half}.mid.block_2", channels, channels);
        }
    }

    private static void AddNorm(List<(string, long[])> tensors, string name, long size) =>
        tensors.AddRange([($"{name}.weight", [size]), ($"{name}.bias", [size])]);

    private static void AddConv(List<(string, long[])> tensors, string name, long inputs, long outputs, long kernel) =>
        tensors.AddRange([($"{name}.weight", [outputs, inputs, kernel, kernel]), ($"{name}.bias", [outputs])]);

    private static void AddLinear(List<(string, long[])> tensors, string name, long inputs, long outputs, bool bias = true)
    {
        tensors.Add(($"{name}.weight", [outputs, inputs]));
        if (bias)
            tensors.Add(($"{name}.bias", [outputs]));
    }
}
