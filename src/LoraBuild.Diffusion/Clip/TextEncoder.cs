using LoraBuild.Diffusion.Checkpointing;
using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Loading;
using LoraBuild.Diffusion.Memory;

namespace LoraBuild.Diffusion.Clip;

/// <summary>
/// CLIP's text encoder (Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", 2021) as Stable
/// Diffusion uses it, with transformers' tensor and layer names: OpenAI's in 1.x, OpenCLIP's (Cherti et al., 2023) in 2.x, both in
/// SDXL.
/// </summary>
public sealed class TextEncoder : IModelPart, IDisposable
{
    private const long UsualHeadSize = 64;

    private readonly Tensor tokenEmbedding, positionEmbedding, causalMask;
    private readonly TextEncoderLayer[] layers;
    private readonly LayerNorm finalNorm;
    private readonly int? usedLayers;

    /// <param name="weights">The tensors.</param>
    /// <param name="name">The part's folder where diffusers saves the model.</param>
    /// <param name="loraName">The beginning of its layers' names in LoRA files.</param>
    /// <param name="heads">The attention heads; null for heads of 64 values.</param>
    /// <param name="isOpenClip">True if its activation is OpenCLIP's.</param>
    /// <param name="usedLayers">The layers whose output reaches the prediction whatever <c>clip_skip</c> is; null: as that says.</param>
    internal TextEncoder(Weights weights, string name, string loraName, long? heads, bool isOpenClip, int? usedLayers = null)
    {
        Name = name;
        this.usedLayers = usedLayers;
        var embedding = weights.ShapeOf("embeddings.token_embedding.weight", 2);
        (VocabularySize, Size) = (embedding[0], embedding[1]);
        var inner = weights.ShapeOf("encoder.layers.0.mlp.fc1.weight", 2)[0];
        var count = Enumerable.Range(0, int.MaxValue).First(i => !weights.Has($"encoder.layers.{i}.mlp.fc1.weight"));
        var headCount = heads ?? Math.Max(1, Size / UsualHeadSize);
        _ = weights.HeadSize(Size, headCount);

        tokenEmbedding = weights.Take("embeddings.token_embedding.weight", VocabularySize, Size);
        positionEmbedding = weights.Take("embeddings.position_embedding.weight", ClipTokenizer.ChunkLength, Size);
        layers = [.. Enumerable.Range(0, count).Select(i => new TextEncoderLayer(
            weights, $"encoder.layers.{i}", $"{loraName}_text_model_encoder_layers_{i}", Size, inner, headCount, isOpenClip))];
        finalNorm = weights.LayerNorm("final_layer_norm", Size);
        Layers = [.. layers.SelectMany(layer => layer.Layers)];
        causalMask = torch.full([ClipTokenizer.ChunkLength, ClipTokenizer.ChunkLength], float.NegativeInfinity)
            .triu(1).to(weights.Dtype).to(weights.Device).DetachFromDisposeScope();
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public PartKind Kind => PartKind.TextEncoder;

    /// <inheritdoc/>
    public IReadOnlyList<AdaptableLayer> Layers { get; }

    /// <summary>None: they stand outside of the modules in which LyCORIS looks.</summary>
    public IReadOnlyList<Norm> Norms => [];

    /// <summary>The number of tokens that it knows.</summary>
    public long VocabularySize { get; }

    /// <summary>The channels of its output: 768 in SD1.x, 1024 in SD2.x.</summary>
    public long Size { get; }

    /// <summary>The number of transformer layers: 12 in SD1.x, 23 in SD2.x, which leaves out OpenCLIP's last.</summary>
    public int Depth => layers.Length;

    /// <inheritdoc/>
    public bool GradientCheckpointing { get; set; }

    /// <inheritdoc/>
    public IReadOnlyList<ISwappedBlock> SwappableBlocks => [];

    /// <inheritdoc/>
    public BlockSwap? Swap { get; set; }

    /// <inheritdoc/>
    public int UsedLayers(int clipSkip) => (usedLayers ?? (Depth + 1 - clipSkip)) * (Layers.Count / Depth);

    /// <summary>The hidden states of single chunks.</summary>
    /// <param name="ids">[chunks, 77] token ids, int64, on the encoder's device.</param>
    /// <param name="clipSkip">
    /// sd-scripts' <c>clip_skip</c>: 1 takes the last layer's output, 2 the last but one's, and so on; the final norm follows in any case.
    /// </param>
    /// <returns>[chunks, 77, <see cref="Size"/>].</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="clipSkip"/> is not 1..<see cref="Depth"/>.</exception>
    public Tensor Forward(Tensor ids, int clipSkip = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(clipSkip, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(clipSkip, Depth);
        using var scope = torch.NewDisposeScope();
        return finalNorm.Forward(Run(Embed(ids), ..(Depth + 1 - clipSkip))).MoveToOuterDisposeScope();
    }

    /// <summary>The states of single chunks after some of the layers, without the final norm.</summary>
    /// <param name="ids">[chunks, 77] token ids, int64, on the encoder's device.</param>
    /// <param name="layerCount">1..<see cref="Depth"/>.</param>
    /// <returns>[chunks, 77, <see cref="Size"/>].</returns>
    internal Tensor States(Tensor ids, int layerCount)
    {
        using var scope = torch.NewDisposeScope();
        return Run(Embed(ids), ..layerCount).MoveToOuterDisposeScope();
    }

    /// <summary>The output, the final norm included, for states in which some layers are behind.</summary>
    /// <param name="states">[chunks, 77, <see cref="Size"/>] from <see cref="States"/>.</param>
    /// <param name="layerCount">The layers behind them.</param>
    internal Tensor Finish(Tensor states, int layerCount)
    {
        using var scope = torch.NewDisposeScope();
        return finalNorm.Forward(Run(states, layerCount..)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Captions as the UNet sees them. Those of one chunk are its 77 states. Of several chunks, each through CLIP alone, remain the first
    /// one's start, every chunk's 75 inner states and the last one's end, as sd-scripts joins them.
    /// </summary>
    /// <param name="captions">Each caption's chunks, from <see cref="ClipTokenizer.Encode"/>; all have the same number.</param>
    /// <param name="clipSkip">As in <see cref="Forward"/>.</param>
    /// <param name="weights">
    /// A factor for the states of every id, in the captions' chunks, from <see cref="ClipTokenizer.EncodeWeighted"/>; null: 1.
    /// </param>
    /// <param name="keepMean">
    /// True to let each chunk's states keep their mean under the weights, as stable-diffusion-webui draws; sd-scripts trains without.
    /// </param>
    /// <returns>[captions, 75 x chunks + 2, <see cref="Size"/>].</returns>
    public Tensor Encode(
        IReadOnlyList<long[][]> captions, int clipSkip = 1, IReadOnlyList<float[][]>? weights = null, bool keepMean = false)
    {
        using var scope = torch.NewDisposeScope();
        var chunks = new ChunkBatch(captions);
        return chunks.Join(Forward(chunks.Ids(tokenEmbedding.device), clipSkip), weights, keepMean).MoveToOuterDisposeScope();
    }

    /// <summary><see cref="States"/> with shapes alone.</summary>
    internal DryTensor DryStates(DryRun run, long chunks, int layerCount)
    {
        using var scope = run.Scope();
        var states = run.Add(
            run.New(chunks, ClipTokenizer.ChunkLength, Size), run.Given(ClipTokenizer.ChunkLength, Size));
        return scope.MoveToOuter(DryRunLayers(run, states, ..layerCount));
    }

    /// <summary><see cref="Finish"/> with shapes alone.</summary>
    internal DryTensor DryFinish(DryRun run, DryTensor states, int layerCount)
    {
        using var scope = run.Scope();
        return scope.MoveToOuter(finalNorm.DryForward(run, DryRunLayers(run, states, layerCount..)));
    }

    /// <summary>Frees the weights.</summary>
    public void Dispose()
    {
        tokenEmbedding.Dispose();
        positionEmbedding.Dispose();
        causalMask.Dispose();
        foreach (var layer in layers)
            layer.Dispose();
        finalNorm.Dispose();
    }

    private Tensor Embed(Tensor ids) =>
        tokenEmbedding.index_select(0, ids.flatten()).view(ids.shape[0], ids.shape[1], Size) + positionEmbedding;

    private DryTensor DryRunLayers(DryRun run, DryTensor hidden, Range range)
    {
        var mask = run.Given(causalMask.shape);
        foreach (var layer in layers.AsSpan()[range])
        {
            hidden = GradientCheckpointing
                ? run.Checkpoint((input, _) => layer.DryForward(run, input), hidden, mask)
                : layer.DryForward(run, hidden);
        }

        return hidden;
    }

    private Tensor Run(Tensor hidden, Range range)
    {
        foreach (var layer in layers.AsSpan()[range])
            hidden = GradientCheckpointing ? Checkpoint.Run(layer.Forward, hidden, causalMask) : layer.Forward(hidden, causalMask);
        return hidden;
    }
}

/// <summary>A pre-norm transformer layer with causal self-attention and a GELU: OpenAI's quick one, or OpenCLIP's exact one.</summary>
internal sealed class TextEncoderLayer : IDisposable
{
    private const double QuickGeluSlope = 1.702;

    private readonly LayerNorm norm1, norm2;
    private readonly Linear toKey, toValue, toQuery, toOut, expand, contract;
    private readonly long heads;
    private readonly bool exactGelu;

    public TextEncoderLayer(Weights weights, string name, string loraName, long size, long innerSize, long heads, bool exactGelu)
    {
        this.heads = heads;
        this.exactGelu = exactGelu;
        norm1 = weights.LayerNorm($"{name}.layer_norm1", size);
        norm2 = weights.LayerNorm($"{name}.layer_norm2", size);
        toKey = weights.Linear($"{name}.self_attn.k_proj", $"{loraName}_self_attn_k_proj", size, size);
        toValue = weights.Linear($"{name}.self_attn.v_proj", $"{loraName}_self_attn_v_proj", size, size);
        toQuery = weights.Linear($"{name}.self_attn.q_proj", $"{loraName}_self_attn_q_proj", size, size);
        toOut = weights.Linear($"{name}.self_attn.out_proj", $"{loraName}_self_attn_out_proj", size, size);
        expand = weights.Linear($"{name}.mlp.fc1", $"{loraName}_mlp_fc1", size, innerSize);
        contract = weights.Linear($"{name}.mlp.fc2", $"{loraName}_mlp_fc2", innerSize, size);
    }

    // In transformers' order of declaration.
    public IEnumerable<AdaptableLayer> Layers => [toKey, toValue, toQuery, toOut, expand, contract];

    /// <summary>[batch, tokens, size], given the same and the causal mask [tokens, tokens].</summary>
    public Tensor Forward(Tensor input, Tensor mask)
    {
        using var scope = torch.NewDisposeScope();
        var normalized = norm1.Forward(input);
        var attended = Attention.Attend(
            toQuery.Forward(normalized), toKey.Forward(normalized), toValue.Forward(normalized), heads, mask);
        var hidden = input + toOut.Forward(attended);
        var inner = expand.Forward(norm2.Forward(hidden));
        var active = exactGelu ? nn.functional.gelu(inner) : inner * (inner * QuickGeluSlope).sigmoid();
        return (hidden + contract.Forward(active)).MoveToOuterDisposeScope();
    }

    /// <summary><see cref="Forward"/> with shapes alone.</summary>
    public DryTensor DryForward(DryRun run, DryTensor input)
    {
        using var scope = run.Scope();
        var normalized = norm1.DryForward(run, input);
        var attended = Attention.DryAttend(
            run, toQuery.DryForward(run, normalized), toKey.DryForward(run, normalized), toValue.DryForward(run, normalized), heads);
        var hidden = run.Add(input, toOut.DryForward(run, attended));
        var inner = expand.DryForward(run, norm2.DryForward(run, hidden));
        var active = exactGelu ? run.Activate(inner) : DryQuickGelu(run, inner);
        return scope.MoveToOuter(run.Add(hidden, contract.DryForward(run, active)));
    }

    public void Dispose()
    {
        norm1.Dispose();
        norm2.Dispose();
        foreach (var layer in Layers)
            layer.Dispose();
    }

    private static DryTensor DryQuickGelu(DryRun run, DryTensor inner)
    {
        var gate = run.Activate(run.Apply(inner.Shape, [inner]), keepsOutput: true);
        return run.Apply(inner.Shape, [inner, gate], [inner, gate]);
    }
}
