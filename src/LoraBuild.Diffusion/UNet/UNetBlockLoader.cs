using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Loading;

namespace LoraBuild.Diffusion.UNet;

/// <summary>
/// Makes a UNet's blocks: CompVis numbers them through (<c>input_blocks.4.1</c>), diffusers and LoRA files name them by level
/// (<c>down_blocks_1_attentions_0</c>). To be called in the order down, middle, up, as the channels run.
/// </summary>
internal sealed class UNetBlockLoader(Weights weights, UNetConfig config, AttentionHeads heads, long normGroups)
{
    private readonly Stack<long> skips = new([config.ModelChannels]);
    private readonly int perLevel = config.ResBlocks + 1;
    private long channels = config.ModelChannels;

    public UNetBlock[] LoadDown()
    {
        var blocks = new UNetBlock[config.Levels.Count];
        for (var index = 0; index < blocks.Length; index++)
        {
            var level = config.Levels[index];
            var lora = $"lora_unet_down_blocks_{index}";
            var inputs = new List<long>();
            for (var i = 0; i < config.ResBlocks; i++)
            {
                inputs.Add(channels);
                channels = level.Channels;
                skips.Push(channels);
            }
            Conv2d? downsampler = null;
            if (index < blocks.Length - 1)
            {
                var name = $"input_blocks.{(index + 1) * perLevel}.0.op";
                downsampler = weights.Conv2d(name, $"{lora}_downsamplers_0_conv", channels, channels, kernel: 3, stride: 2);
                skips.Push(channels);
            }
            blocks[index] = LoadLevel("input_blocks", 1 + (index * perLevel), lora, inputs, index, downsampler);
        }
        return blocks;
    }

    public UNetBlock LoadMiddle() => new(
        [LoadResBlock("middle_block.0", "lora_unet_mid_block_resnets_0", channels, channels),
         LoadResBlock("middle_block.2", "lora_unet_mid_block_resnets_1", channels, channels)],
        [LoadTransformer("middle_block.1", "lora_unet_mid_block_attentions_0", config.Levels.Count - 1, channels)],
        resampler: null);

    public UNetBlock[] LoadUp()
    {
        var blocks = new UNetBlock[config.Levels.Count];
        for (var index = 0; index < blocks.Length; index++)
        {
            var number = blocks.Length - 1 - index;
            var level = config.Levels[number];
            var lora = $"lora_unet_up_blocks_{index}";
            var inputs = new List<long>();
            for (var i = 0; i < perLevel; i++)
            {
                inputs.Add(channels + skips.Pop());
                channels = level.Channels;
            }
            Conv2d? upsampler = null;
            if (index < blocks.Length - 1)
            {
                var name = $"output_blocks.{(index * perLevel) + config.ResBlocks}.{(level.HasAttention ? 2 : 1)}.conv";
                upsampler = weights.Conv2d(name, $"{lora}_upsamplers_0_conv", channels, channels, kernel: 3);
            }
            blocks[index] = LoadLevel("output_blocks", index * perLevel, lora, inputs, number, upsampler);
        }
        return blocks;
    }

    private UNetBlock LoadLevel(string kind, int first, string lora, List<long> inputs, int number, Conv2d? resampler)
    {
        var level = config.Levels[number];
        var resBlocks = inputs.Select(
            (size, i) => LoadResBlock($"{kind}.{first + i}.0", $"{lora}_resnets_{i}", size, level.Channels)).ToArray();
        var transformers = level.HasAttention
            ? inputs.Select((_, i) => LoadTransformer($"{kind}.{first + i}.1", $"{lora}_attentions_{i}", number, level.Channels)).ToArray()
            : [];
        return new UNetBlock(resBlocks, transformers, resampler);
    }

    private ResBlock LoadResBlock(string name, string lora, long inputs, long outputs) =>
        new(weights, name, lora, inputs, outputs, config.TimeSize, normGroups);

    private SpatialTransformer LoadTransformer(string name, string lora, int level, long size) =>
        new(weights, name, lora, size, config.ContextSize, heads.On(level, size), normGroups);
}
