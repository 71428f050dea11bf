using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Checkpointing;
using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Loading;
using LoraBuild.Diffusion.Memory;
using LoraBuild.Protocol.Models;

namespace LoraBuild.Diffusion.UNet;

/// <summary>
/// Stable Diffusion's noise predictor (Rombach et al., "High-Resolution Image Synthesis with Latent Diffusion Models", CVPR 2022;
/// Ronneberger et al., "U-Net", 2015), with CompVis' tensor names. SDXL's (Podell et al., "SDXL", 2023) is
/// told the sizes of the picture, too, as a vector beside the time.
/// </summary>
public sealed class UNetModel : IModelPart, IDisposable
{
    /// <summary>The name of the weight of the first convolution.</summary>
    internal const string FirstWeight = "input_blocks.0.0.weight";

    private const double NormEpsilon = 1e-5;

    private readonly Conv2d convIn, convOut;
    private readonly Linear timeLinear1, timeLinear2;
    private readonly Linear? vectorLinear1, vectorLinear2;
    private readonly UNetBlock[] down, up;
    private readonly UNetBlock middle;
    private readonly GroupNorm normOut;
    private readonly Tensor frequencies;
    private readonly ScalarType dtype;

    /// <param name="weights">The tensors.</param>
    /// <param name="heads">The attention heads.</param>
    /// <param name="normGroups">The groups of its normalisations.</param>
    /// <param name="order">The layers that take adapters, and their order.</param>
    internal UNetModel(Weights weights, AttentionHeads heads, long normGroups, UNetLayerOrder order = UNetLayerOrder.Diffusers)
    {
        // LyCORIS and sd-scripts put no adapters on what stands around the blocks in Stability AI's declarations.
        var isInTurn = order == UNetLayerOrder.InTurn;
        var config = UNetConfig.Read(weights);
        InChannels = config.InChannels;
        ContextSize = config.ContextSize;
        dtype = weights.Dtype;
        convIn = weights.Conv2d("input_blocks.0.0", Outer("lora_unet_conv_in"), config.InChannels, config.ModelChannels, kernel: 3);
        timeLinear1 = weights.Linear("time_embed.0", Outer("lora_unet_time_embedding_linear_1"), config.ModelChannels, config.TimeSize);
        timeLinear2 = weights.Linear("time_embed.2", Outer("lora_unet_time_embedding_linear_2"), config.TimeSize, config.TimeSize);
        VectorSize = config.VectorSize;
        if (VectorSize is { } vectorSize)
        {
            vectorLinear1 = weights.Linear("label_emb.0.0", "", vectorSize, config.TimeSize);
            vectorLinear2 = weights.Linear("label_emb.0.2", "", config.TimeSize, config.TimeSize);
        }
        var blocks = new UNetBlockLoader(weights, config, heads, normGroups);
        down = blocks.LoadDown();
        middle = blocks.LoadMiddle();
        up = blocks.LoadUp();
        normOut = weights.GroupNorm("out.0", config.Levels[0].Channels, normGroups, NormEpsilon);
        convOut = weights.Conv2d("out.2", Outer("lora_unet_conv_out"), config.Levels[0].Channels, config.OutChannels, kernel: 3);
        Layers = isInTurn
            ? [.. ((UNetBlock[])[.. down, middle, .. up]).SelectMany(block => block.LayersInTurn)]
            :
            [
                convIn, timeLinear1, timeLinear2, .. down.SelectMany(block => block.Layers), .. up.SelectMany(block => block.Layers),
                .. middle.Layers,
                convOut,
            ];
        Norms = [.. ((UNetBlock[])[.. down, middle, .. up]).SelectMany(block => block.Norms)];
        // What changes the size between blocks is not run again on the way back, and stays.
        SwappableBlocks =
        [
            .. down.SelectMany(Numbered),
            new SwappedLayers([.. middle.Layers]),
            .. up.SelectMany(Numbered),
        ];
        frequencies = SinusoidalEmbedding.Frequencies(config.ModelChannels / 2).to(weights.Device).DetachFromDisposeScope();

        static IEnumerable<SwappedLayers> Numbered(UNetBlock level) => level.ResBlocks.Select((block, i) =>
            new SwappedLayers([.. block.Layers, .. i < level.Transformers.Count ? level.Transformers[i].Layers : []]));

        string Outer(string loraName) => isInTurn ? "" : loraName;
    }

    /// <inheritdoc/>
    public string Name => DiffusersFolder.UNet;

    /// <inheritdoc/>
    public PartKind Kind => PartKind.Denoiser;

    /// <inheritdoc/>
    public IReadOnlyList<AdaptableLayer> Layers { get; }

    /// <inheritdoc/>
    public IReadOnlyList<Norm> Norms { get; }

    /// <summary>The channels of the latents: 4.</summary>
    public long InChannels { get; }

    /// <summary>The channels of the text encoder's output that the UNet attends to: 768 in SD1.x, 1024 in SD2.x.</summary>
    public long ContextSize { get; }

    /// <summary>The numbers that say what is drawn besides the text: 2,816 in SDXL; null: none.</summary>
    public long? VectorSize { get; }

    /// <inheritdoc/>
    public bool GradientCheckpointing { get; set; }

    /// <summary>The type of a UNet's weights in its file.</summary>
    /// <exception cref="LoraBuildException">LB4003: its first convolution is missing.</exception>
    internal static ScalarType TypeOf(PartTensors unet)
    {
        using var weight = unet.Tensors.TryGetValue(FirstWeight, out var stored)
            ? stored.File.Load(stored.Name)
            : throw new LoraBuildException(
                DiagnosticCode.CheckpointMismatch, $"The checkpoint has no '{unet.Prefix}{FirstWeight}': it is not one of {unet.Family}.",
                unet.Path);
        return weight.dtype;
    }

    /// <inheritdoc/>
    public IReadOnlyList<ISwappedBlock> SwappableBlocks { get; }

    /// <inheritdoc/>
    public BlockSwap? Swap { get; set; }

    /// <inheritdoc/>
    public int UsedLayers(int clipSkip) => Layers.Count;

    /// <summary>The noise, or the velocity, that the model sees in the latents.</summary>
    /// <param name="latents">[batch, 4, height, width], any size of at least one pixel a level, in the model's type.</param>
    /// <param name="timesteps">[batch], numbers 0..999, on the model's device.</param>
    /// <param name="context">[batch, tokens, <see cref="ContextSize"/>], in the model's type.</param>
    /// <param name="vector">[batch, <see cref="VectorSize"/>], in the model's type; null for a model that takes none.</param>
    /// <returns>[batch, 4, height, width].</returns>
    public Tensor Forward(Tensor latents, Tensor timesteps, Tensor context, Tensor? vector = null)
    {
        using var scope = torch.NewDisposeScope();
        var time = nn.functional.silu(vector is null ? EmbedTime(timesteps) : EmbedTime(timesteps) + EmbedVector(vector));
        var hidden = convIn.Forward(latents);
        var skips = new Stack<Tensor>([hidden]);
        var number = 0;
        foreach (var block in down)
        {
            for (var i = 0; i < block.ResBlocks.Count; i++)
            {
                hidden = Step(block, i, number++, hidden, time, context);
                skips.Push(hidden);
            }
            if (block.Resampler is not null)
            {
                hidden = block.Resampler.Forward(hidden);
                skips.Push(hidden);
            }
        }

        hidden = Step(middle, 0, number, hidden, time, context);
        hidden = Run(middle.ResBlocks[1].Forward, number++, hidden, time);

        foreach (var block in up)
        {
            for (var i = 0; i < block.ResBlocks.Count; i++)
                hidden = Step(block, i, number++, torch.cat([hidden, skips.Pop()], 1), time, context);
            if (block.Resampler is not null)
                hidden = block.Resampler.Forward(Enlarge(hidden, skips.Peek()));
        }
        return convOut.Forward(nn.functional.silu(normOut.Forward(hidden))).MoveToOuterDisposeScope();
    }

    /// <summary><see cref="Forward"/> with shapes alone.</summary>
    /// <param name="run">The run.</param>
    /// <param name="latents">[batch, channels, height, width].</param>
    /// <param name="context">[batch, tokens, <see cref="ContextSize"/>].</param>
    /// <param name="vector">[batch, <see cref="VectorSize"/>], or null.</param>
    internal DryTensor DryForward(DryRun run, DryTensor latents, DryTensor context, DryTensor? vector)
    {
        using var scope = run.Scope();
        var time = Embed(run.New(latents.Shape[0], timeLinear1.Shape[1]), timeLinear1, timeLinear2);
        if (vector is not null)
            time = run.Add(time, Embed(vector, vectorLinear1!, vectorLinear2!));
        time = run.Activate(time);
        var hidden = convIn.DryForward(run, latents);
        var skips = new Stack<DryTensor>([hidden]);
        foreach (var block in down)
        {
            for (var i = 0; i < block.ResBlocks.Count; i++)
            {
                hidden = DryStep(run, block, i, hidden, time, context);
                skips.Push(hidden);
            }
            if (block.Resampler is not null)
            {
                hidden = block.Resampler.DryForward(run, hidden);
                skips.Push(hidden);
            }
        }

        hidden = DryStep(run, middle, 0, hidden, time, context);
        hidden = DryRunBlock(run, middle.ResBlocks[1].DryForward, hidden, time);

        foreach (var block in up)
        {
            for (var i = 0; i < block.ResBlocks.Count; i++)
                hidden = DryStep(run, block, i, run.Concat(1, hidden, skips.Pop()), time, context);
            if (block.Resampler is not null)
            {
                var skip = skips.Peek().Shape;
                hidden = block.Resampler.DryForward(
                    run, run.Apply([hidden.Shape[0], hidden.Shape[1], skip[2], skip[3]], [hidden]));
            }
        }

        return scope.MoveToOuter(convOut.DryForward(run, run.Activate(normOut.DryForward(run, hidden))));

        DryTensor Embed(DryTensor input, Linear first, Linear second) =>
            second.DryForward(run, run.Activate(first.DryForward(run, input)));
    }

    /// <summary>Frees the weights.</summary>
    public void Dispose()
    {
        convIn.Dispose();
        timeLinear1.Dispose();
        timeLinear2.Dispose();
        vectorLinear1?.Dispose();
        vectorLinear2?.Dispose();
        foreach (var block in (UNetBlock[])[.. down, middle, .. up])
            block.Dispose();
        normOut.Dispose();
        convOut.Dispose();
        frequencies.Dispose();
    }

    private Tensor Step(UNetBlock block, int index, int number, Tensor hidden, Tensor time, Tensor context)
    {
        hidden = Run(block.ResBlocks[index].Forward, number, hidden, time);
        return block.Transformers.Count > 0 ? Run(block.Transformers[index].Forward, number, hidden, context) : hidden;
    }

    private DryTensor DryStep(DryRun run, UNetBlock block, int index, DryTensor hidden, DryTensor time, DryTensor context)
    {
        hidden = DryRunBlock(run, block.ResBlocks[index].DryForward, hidden, time);
        return block.Transformers.Count > 0 ? DryRunBlock(run, block.Transformers[index].DryForward, hidden, context) : hidden;
    }

    private DryTensor DryRunBlock(DryRun run, Func<DryRun, DryTensor, DryTensor, DryTensor> block, DryTensor first, DryTensor second) =>
        GradientCheckpointing
            ? run.Checkpoint((one, other) => block(run, one, other), first, second)
            : block(run, run.View(first, first.Shape), run.View(second, second.Shape));

    // The views are nodes of the graph in which the gradients of a block's uses of its inputs are summed before those of other blocks
    // are added: the same sums in the same order as with checkpointing.
    private Tensor Run(Func<Tensor, Tensor, Tensor> block, int number, Tensor first, Tensor second)
    {
        var swap = Swap;
        return GradientCheckpointing ? Checkpoint.Run(Swapped, first, second) : Swapped(first.view_as(first), second.view_as(second));

        Tensor Swapped(Tensor one, Tensor other)
        {
            swap?.Before(number);
            return block(one, other);
        }
    }

    // To the size of the next skip, which is not twice the size where a level's was odd.
    private static Tensor Enlarge(Tensor hidden, Tensor skip) =>
        nn.functional.interpolate(hidden, [skip.shape[2], skip.shape[3]], mode: InterpolationMode.Nearest);

    private Tensor EmbedTime(Tensor timesteps)
    {
        var embedding = SinusoidalEmbedding.Of(timesteps, frequencies).to(dtype);
        return timeLinear2.Forward(nn.functional.silu(timeLinear1.Forward(embedding)));
    }

    private Tensor EmbedVector(Tensor vector) => vectorLinear2!.Forward(nn.functional.silu(vectorLinear1!.Forward(vector)));
}

/// <summary>The declarations that give a UNet's layers their order in a LoRA file.</summary>
public enum UNetLayerOrder
{
    /// <summary>diffusers': down, up, middle; transformers before residual blocks; the layers around the blocks, too.</summary>
    Diffusers,

    /// <summary>Stability AI's: block by block as they work, and the blocks alone.</summary>
    InTurn,
}

/// <summary>Numbers as waves (Vaswani et al., "Attention Is All You Need", 2017), cosines first.</summary>
internal static class SinusoidalEmbedding
{
    private const double MaxPeriod = 10_000;

    /// <summary>The frequencies of so many waves, from 1 down to nearly 1 / 10,000; float32.</summary>
    public static Tensor Frequencies(long count)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
            values[i] = (float)Math.Exp(-Math.Log(MaxPeriod) * i / count);
        return torch.tensor(values);
    }

    /// <summary>[..., 2 x frequencies], given numbers [...].</summary>
    public static Tensor Of(Tensor numbers, Tensor frequencies)
    {
        var angles = numbers.to(ScalarType.Float32).unsqueeze(-1) * frequencies;
        return torch.cat([angles.cos(), angles.sin()], -1);
    }
}
