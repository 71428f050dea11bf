using LoraBuild.Diffusion.Safetensors;

namespace LoraBuild.Benchmarks.Models;

/// <summary>The tensors of a base model's checkpoint, by the names of its authors.</summary>
/// <param name="Name">The model's name in those of benchmarks, such as <c>sd15</c>.</param>
/// <param name="Title">The model's name.</param>
/// <param name="Channels">Channels of the UNet's levels, from the largest map.</param>
/// <param name="Depths">Layers of the transformers on each level; 0 for none.</param>
/// <param name="MiddleDepth">The same in the middle.</param>
/// <param name="Context">Channels of the encoded text.</param>
/// <param name="VectorSize">Numbers that the UNet is told besides the text; null: none.</param>
internal sealed record FullSizeModel(
    string Name, string Title, long[] Channels, int[] Depths, int MiddleDepth, long Context, long? VectorSize)
{
    private const long TimeSize = 1280, FirstTextSize = 768;
    private const string FirstText = "transformer.text_model.";

    private static readonly long[] VaeChannels = [128, 256, 512, 512];

    /// <summary>Stable Diffusion 1.5.</summary>
    public static FullSizeModel StableDiffusion15 { get; } = new("sd15", "SD1.5", [320, 640, 1280, 1280], [1, 1, 1, 0], 1, 768, null);

    /// <summary>Stable Diffusion XL.</summary>
    public static FullSizeModel StableDiffusionXL { get; } = new("sdxl", "SDXL", [320, 640, 1280], [0, 2, 10], 10, 2048, 2816);

    private bool IsXL => VectorSize is not null;

    /// <summary>
    /// Writes a checkpoint with random weights of about the size that keeps activations bounded. The same bytes each time; one tensor is
    /// in memory at a time.
    /// </summary>
    public void WriteRandom(string path, ScalarType dtype)
    {
        using var ungraded = no_grad();
        using var random = new Generator(0);
        SafetensorsWriter.WriteOneByOne(
            path, Tensors().Select(tensor => new TensorSource(tensor.Name, dtype, tensor.Shape, () => Values(tensor.Shape, dtype, random))),
            []);
    }

    /// <summary>Every tensor's name and shape.</summary>
    public IReadOnlyList<(string Name, long[] Shape)> Tensors() => IsXL
        ? [.. UNet(), .. TextEncoder($"conditioner.embedders.0.{FirstText}"), .. SecondTextEncoder(), .. Vae()]
        : [.. UNet(), .. TextEncoder($"cond_stage_model.{FirstText}"), .. Vae()];

    // Gains near one and small biases where there is one size; else deviations of one over the root of the inputs.
    private static Tensor Values(long[] shape, ScalarType dtype, Generator random)
    {
        using var scope = NewDisposeScope();
        var normal = randn(shape, dtype: ScalarType.Float32, generator: random);
        var inputs = shape.Skip(1).Aggregate(1L, (product, size) => product * size);
        var values = shape.Length == 1 ? normal.mul_(0.02).add_(0.5) : normal.mul_(1 / Math.Sqrt(inputs));
        return values.to_type(dtype).MoveToOuterDisposeScope();
    }

    private List<(string Name, long[] Shape)> UNet()
    {
        const string prefix = "model.diffusion_model.";
        var tensors = new List<(string, long[])>();
        Conv("input_blocks.0.0", 4, 320, 3);
        Linear("time_embed.0", 320, TimeSize);
        Linear("time_embed.2", TimeSize, TimeSize);
        if (VectorSize is { } vector)
        {
            Linear("label_emb.0.0", vector, TimeSize);
            Linear("label_emb.0.2", TimeSize, TimeSize);
        }

        var skips = new Stack<long>([320]);
        var (index, channels) = (1, 320L);
        for (var level = 0; level < Channels.Length; level++)
        {
            for (var i = 0; i < 2; i++, index++)
            {
                Level("input_blocks", index, channels, level);
                channels = Channels[level];
                skips.Push(channels);
            }

            if (level < Channels.Length - 1)
            {
                Conv($"input_blocks.{index++}.0.op", channels, channels, 3);
                skips.Push(channels);
            }
        }

        ResBlock("middle_block.0", channels, channels);
        Transformer("middle_block.1", channels, MiddleDepth);
        ResBlock("middle_block.2", channels, channels);

        index = 0;
        for (var level = Channels.Length - 1; level >= 0; level--)
        {
            for (var i = 0; i < 3; i++, index++)
            {
                Level("output_blocks", index, channels + skips.Pop(), level);
                channels = Channels[level];
                if (i == 2 && level > 0)
                    Conv($"output_blocks.{index}.{(Depths[level] > 0 ? 2 : 1)}.conv", channels, channels, 3);
            }
        }

        Norm("out.0", 320);
        Conv("out.2", 320, 4, 3);
        return tensors;

        void Level(string kind, int block, long inputs, int level)
        {
            ResBlock($"{kind}.{block}.0", inputs, Channels[level]);
            if (Depths[level] > 0)
                Transformer($"{kind}.{block}.1", Channels[level], Depths[level]);
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

        void Transformer(string name, long size, int depth)
        {
            Norm($"{name}.norm", size);
            Projection($"{name}.proj_in", size);
            for (var layer = 0; layer < depth; layer++)
            {
                var block = $"{name}.transformer_blocks.{layer}";
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
            }

            Projection($"{name}.proj_out", size);
        }

        void Projection(string name, long size)
        {
            if (IsXL)
                Linear(name, size, size);
            else
                Conv(name, size, size, 1);
        }

        void Norm(string name, long size) => AddNorm(tensors, prefix + name, size);
        void Conv(string name, long inputs, long outputs, long kernel) => AddConv(tensors, prefix + name, inputs, outputs, kernel);
        void Linear(string name, long inputs, long outputs, bool bias = true) => AddLinear(tensors, prefix + name, inputs, outputs, bias);
    }

    private static List<(string Name, long[] Shape)> TextEncoder(string prefix)
    {
        var tensors = new List<(string, long[])>
        {
            ($"{prefix}embeddings.token_embedding.weight", [49_408, FirstTextSize]),
            ($"{prefix}embeddings.position_embedding.weight", [77, FirstTextSize]),
        };
        for (var layer = 0; layer < 12; layer++)
        {
            var name = $"{prefix}encoder.layers.{layer}";
            foreach (var projection in new[] { "q", "k", "v", "out" })
                AddLinear(tensors, $"{name}.self_attn.{projection}_proj", FirstTextSize, FirstTextSize);
            AddLinear(tensors, $"{name}.mlp.fc1", FirstTextSize, 4 * FirstTextSize);
            AddLinear(tensors, $"{name}.mlp.fc2", 4 * FirstTextSize, FirstTextSize);
            AddNorm(tensors, $"{name}.layer_norm1", FirstTextSize);
            AddNorm(tensors, $"{name}.layer_norm2", FirstTextSize);
        }

        AddNorm(tensors, $"{prefix}final_layer_norm", FirstTextSize);
        return tensors;
    }

    private static List<(string Name, long[] Shape)> SecondTextEncoder()
    {
        const long size = 1280;
        const string prefix = "conditioner.embedders.1.model.";
        var tensors = new List<(string, long[])>
        {
            ($"{prefix}token_embedding.weight", [49_408, size]),
            ($"{prefix}positional_embedding", [77, size]),
            ($"{prefix}text_projection", [size, size]),
        };
        for (var layer = 0; layer < 32; layer++)
        {
            var name = $"{prefix}transformer.resblocks.{layer}";
            tensors.AddRange([($"{name}.attn.in_proj_weight", [3 * size, size]), ($"{name}.attn.in_proj_bias", [3 * size])]);
            AddLinear(tensors, $"{name}.attn.out_proj", size, size);
            AddLinear(tensors, $"{name}.mlp.c_fc", size, 4 * size);
            AddLinear(tensors, $"{name}.mlp.c_proj", 4 * size, size);
            AddNorm(tensors, $"{name}.ln_1", size);
            AddNorm(tensors, $"{name}.ln_2", size);
        }

        AddNorm(tensors, $"{prefix}ln_final", size);
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
