using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Loading;
using LoraBuild.Diffusion.Memory;

namespace LoraBuild.Diffusion.UNet;

/// <summary>
/// A level on the way down or up, or the middle: residual blocks, the transformer that follows each of them where there are any, and a
/// convolution that changes the size.
/// </summary>
internal sealed class UNetBlock(IReadOnlyList<ResBlock> resBlocks, IReadOnlyList<SpatialTransformer> transformers, Conv2d? resampler)
    : IDisposable
{
    public IReadOnlyList<ResBlock> ResBlocks { get; } = resBlocks;

    /// <summary>As many as residual blocks or none; the middle has one less.</summary>
    public IReadOnlyList<SpatialTransformer> Transformers { get; } = transformers;

    /// <summary>
    /// The strided convolution at the end of the way down's levels, the convolution after enlarging at the end of the way up's.
    /// </summary>
    public Conv2d? Resampler { get; } = resampler;

    /// <summary>The layers in the order in which they work, which is that of CompVis' and Stability AI's declarations.</summary>
    public IEnumerable<AdaptableLayer> LayersInTurn =>
    [
        .. ResBlocks.SelectMany((block, i) => i < Transformers.Count ? block.Layers.Concat(Transformers[i].Layers) : block.Layers),
        .. Resampler is null ? (AdaptableLayer[])[] : [Resampler],
    ];

    /// <summary>The layers in diffusers' order of declaration.</summary>
    public IEnumerable<AdaptableLayer> Layers =>
    [
        .. Transformers.SelectMany(transformer => transformer.Layers),
        .. ResBlocks.SelectMany(block => block.Layers),
        .. Resampler is null ? (AdaptableLayer[])[] : [Resampler],
    ];

    /// <summary>The normalisations, in the order in which they work.</summary>
    public IEnumerable<Norm> Norms =>
        ResBlocks.SelectMany((block, i) => i < Transformers.Count ? block.Norms.Concat(Transformers[i].Norms) : block.Norms);

    public void Dispose()
    {
        foreach (var block in ResBlocks)
            block.Dispose();
        foreach (var transformer in Transformers)
            transformer.Dispose();
        Resampler?.Dispose();
    }
}

/// <summary>Two normalised convolutions around a residual connection; the time embedding is added between them.</summary>
internal sealed class ResBlock : IDisposable
{
    private const double NormEpsilon = 1e-5;

    private readonly GroupNorm norm1, norm2;
    private readonly Conv2d conv1, conv2;
    private readonly Linear timeProjection;
    private readonly Conv2d? shortcut;

    public ResBlock(Weights weights, string name, string loraName, long inputs, long outputs, long timeSize, long normGroups)
    {
        norm1 = weights.GroupNorm($"{name}.in_layers.0", inputs, normGroups, NormEpsilon, $"{loraName}_norm1");
        conv1 = weights.Conv2d($"{name}.in_layers.2", $"{loraName}_conv1", inputs, outputs, kernel: 3);
        timeProjection = weights.Linear($"{name}.emb_layers.1", $"{loraName}_time_emb_proj", timeSize, outputs);
        norm2 = weights.GroupNorm($"{name}.out_layers.0", outputs, normGroups, NormEpsilon, $"{loraName}_norm2");
        conv2 = weights.Conv2d($"{name}.out_layers.3", $"{loraName}_conv2", outputs, outputs, kernel: 3);
        if (inputs != outputs)
            shortcut = weights.Conv2d($"{name}.skip_connection", $"{loraName}_conv_shortcut", inputs, outputs, kernel: 1);
    }

    public IEnumerable<AdaptableLayer> Layers =>
        shortcut is null ? [conv1, timeProjection, conv2] : [conv1, timeProjection, conv2, shortcut];

    public IEnumerable<Norm> Norms => [norm1, norm2];

    /// <summary>The block's output.</summary>
    /// <param name="input">[batch, inputs, height, width].</param>
    /// <param name="time">[batch, time size], already through its SiLU, which all blocks share.</param>
    public Tensor Forward(Tensor input, Tensor time)
    {
        using var scope = torch.NewDisposeScope();
        var hidden = conv1.Forward(nn.functional.silu(norm1.Forward(input)));
        hidden = hidden + timeProjection.Forward(time).unsqueeze(-1).unsqueeze(-1);
        hidden = conv2.Forward(nn.functional.silu(norm2.Forward(hidden)));
        return (hidden + (shortcut?.Forward(input) ?? input)).MoveToOuterDisposeScope();
    }

    /// <summary><see cref="Forward"/> with shapes alone.</summary>
    public DryTensor DryForward(DryRun run, DryTensor input, DryTensor time)
    {
        using var scope = run.Scope();
        var hidden = conv1.DryForward(run, run.Activate(norm1.DryForward(run, input)));
        hidden = run.Add(hidden, timeProjection.DryForward(run, time));
        hidden = conv2.DryForward(run, run.Activate(norm2.DryForward(run, hidden)));
        return scope.MoveToOuter(run.Add(hidden, shortcut?.DryForward(run, input) ?? input));
    }

    public void Dispose()
    {
        norm1.Dispose();
        norm2.Dispose();
        foreach (var layer in Layers)
            layer.Dispose();
    }
}

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
        [LoadTransformer("middle_block.1", "lora_unet_mid_block_attentions_0", config.Levels.Count - 1, config.MiddleDepth, channels)],
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
            ? inputs.Select((_, i) => LoadTransformer(
                $"{kind}.{first + i}.1", $"{lora}_attentions_{i}", number, level.Depth, level.Channels)).ToArray()
            : [];
        return new UNetBlock(resBlocks, transformers, resampler);
    }

    private ResBlock LoadResBlock(string name, string lora, long inputs, long outputs) =>
        new(weights, name, lora, inputs, outputs, config.TimeSize, normGroups);

    private SpatialTransformer LoadTransformer(string name, string lora, int level, int depth, long size) =>
        new(weights, name, lora, size, depth, config.ContextSize, heads.On(level, size), normGroups);
}
