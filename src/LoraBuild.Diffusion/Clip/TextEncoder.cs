using LoraBuild.Diffusion.Checkpointing;
using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Loading;

namespace LoraBuild.Diffusion.Clip;

/// <summary>
/// CLIP's text encoder (Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", 2021) as Stable
/// Diffusion uses it, with transformers' tensor and layer names: OpenAI's in 1.x, OpenCLIP's (Cherti et al., 2023) in 2.x.
/// </summary>
public sealed class TextEncoder : IDisposable
{
    private readonly Tensor tokenEmbedding, positionEmbedding, causalMask;
    private readonly TextEncoderLayer[] layers;
    private readonly LayerNorm finalNorm;

    internal TextEncoder(Weights weights, long? heads, bool isOpenClip)
    {
        var embedding = weights.ShapeOf("embeddings.token_embedding.weight", 2);
        (VocabularySize, Size) = (embedding[0], embedding[1]);
        var inner = weights.ShapeOf("encoder.layers.0.mlp.fc1.weight", 2)[0];
        var count = Enumerable.Range(0, int.MaxValue).First(i => !weights.Has($"encoder.layers.{i}.mlp.fc1.weight"));
        var headCount = heads ?? Math.Max(1, Size / AttentionHeads.UsualSize);
        _ = weights.HeadSize(Size, headCount);

        tokenEmbedding = weights.Take("embeddings.token_embedding.weight", VocabularySize, Size);
        positionEmbedding = weights.Take("embeddings.position_embedding.weight", ClipTokenizer.ChunkLength, Size);
        layers = [.. Enumerable.Range(0, count).Select(i => new TextEncoderLayer(
            weights, $"encoder.layers.{i}", $"lora_te_text_model_encoder_layers_{i}", Size, inner, headCount, isOpenClip))];
        finalNorm = weights.LayerNorm("final_layer_norm", Size);
        Layers = [.. layers.SelectMany(layer => layer.Layers)];
        causalMask = torch.full([ClipTokenizer.ChunkLength, ClipTokenizer.ChunkLength], float.NegativeInfinity)
            .triu(1).to(weights.Dtype).to(weights.Device).DetachFromDisposeScope();
    }

    /// <summary>Every linear layer, in the order in which LyCORIS makes its modules.</summary>
    public IReadOnlyList<AdaptableLayer> Layers { get; }

    /// <summary>The number of tokens that it knows.</summary>
    public long VocabularySize { get; }

    /// <summary>The channels of its output: 768 in SD1.x, 1024 in SD2.x.</summary>
    public long Size { get; }

    /// <summary>The number of transformer layers: 12 in SD1.x, 23 in SD2.x, which leaves out OpenCLIP's last.</summary>
    public int Depth => layers.Length;

    /// <summary>As <see cref="UNet.UNetModel.GradientCheckpointing"/>, layer by layer.</summary>
    public bool GradientCheckpointing { get; set; }

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
        var hidden = tokenEmbedding.index_select(0, ids.flatten()).view(ids.shape[0], ids.shape[1], Size) + positionEmbedding;
        foreach (var layer in layers.AsSpan(0, Depth + 1 - clipSkip))
            hidden = GradientCheckpointing ? Checkpoint.Run(layer.Forward, hidden, causalMask) : layer.Forward(hidden, causalMask);
        return finalNorm.Forward(hidden).MoveToOuterDisposeScope();
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
    /// Whether each chunk's states keep their mean under the weights, as stable-diffusion-webui draws; sd-scripts trains without.
    /// </param>
    /// <returns>[captions, 75 x chunks + 2, <see cref="Size"/>].</returns>
    public Tensor Encode(IReadOnlyList<long[][]> captions, int clipSkip = 1, IReadOnlyList<float[][]>? weights = null, bool keepMean = false)
    {
        using var scope = torch.NewDisposeScope();
        // Chunks that are equal, above all the empty ones of short captions, go through the encoder once.
        var distinct = new List<long[]>();
        var rows = new Dictionary<long[], long>(ChunkComparer.Instance);
        var index = new List<long>();
        foreach (var chunk in captions.SelectMany(caption => caption))
        {
            if (!rows.TryGetValue(chunk, out var row))
            {
                rows.Add(chunk, row = distinct.Count);
                distinct.Add(chunk);
            }
            index.Add(row);
        }
        var ids = torch.tensor([.. distinct.SelectMany(chunk => chunk)], [distinct.Count, ClipTokenizer.ChunkLength], device: tokenEmbedding.device);
        var states = Forward(ids, clipSkip).index_select(0, torch.tensor([.. index], device: tokenEmbedding.device));
        states = states.view(captions.Count, -1, ClipTokenizer.ChunkLength, Size);
        if (weights is not null)
            states = Weigh(states, weights, keepMean);
        return Join(states).MoveToOuterDisposeScope();
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

    private static Tensor Weigh(Tensor states, IReadOnlyList<float[][]> weights, bool keepMean)
    {
        var factors = torch.tensor([.. weights.SelectMany(caption => caption).SelectMany(chunk => chunk)], device: states.device)
            .view(states.shape[0], -1, ClipTokenizer.ChunkLength, 1).to_type(states.dtype);
        var weighed = states * factors;
        return keepMean ? weighed * (states.mean([2, 3], keepdim: true) / weighed.mean([2, 3], keepdim: true)) : weighed;
    }

    // [captions, chunks, 77, size] to [captions, 75 x chunks + 2, size]
    private static Tensor Join(Tensor states)
    {
        const long inner = ClipTokenizer.ChunkLength - 2;
        var first = states.select(1, 0).narrow(1, 0, 1);
        var last = states.select(1, states.shape[1] - 1).narrow(1, inner + 1, 1);
        return torch.cat([first, states.narrow(2, 1, inner).flatten(1, 2), last], 1);
    }

    private sealed class ChunkComparer : IEqualityComparer<long[]>
    {
        public static readonly ChunkComparer Instance = new();

        public bool Equals(long[]? x, long[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(long[] obj)
        {
            var hash = default(HashCode);
            foreach (var id in obj)
                hash.Add(id);
            return hash.ToHashCode();
        }
    }
}
