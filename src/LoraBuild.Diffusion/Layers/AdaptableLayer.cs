using LoraBuild.Diffusion.Memory;

namespace LoraBuild.Diffusion.Layers;

/// <summary>
/// A linear layer, convolution or normalisation with frozen weights, on which an adapter can be put. The layers of a model, in the order
/// and with the names that LyCORIS and sd-scripts use, are <c>UNet.Layers</c> and <c>TextEncoder.Layers</c>.
/// </summary>
public abstract class AdaptableLayer : ISwappedBlock, IDisposable
{
    private Tensor? whole, kept;
    private EightBitWeight? compressed;

    /// <summary>A layer over weights that it then owns.</summary>
    protected AdaptableLayer(string name, Tensor weight, Tensor? bias)
    {
        Name = name;
        whole = weight;
        Bias = bias;
        (Shape, Type, Device) = (weight.shape, weight.dtype, weight.device);
    }

    /// <summary>
    /// The name under which a LoRA file keeps this layer's tensors, for example
    /// <c>lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q</c>.
    /// </summary>
    public string Name { get; }

    /// <summary>
    /// The frozen weight in the compute type: [out, in], [out, in, height, width] or [channels]. It never requires a gradient.
    /// Of a layer in 8 bits it is decoded at each use, and the caller's scope owns it.
    /// </summary>
    public Tensor Weight => compressed?.Decode() ?? whole
        ?? throw new InvalidOperationException($"The weight of '{Name}' is not on the device.");

    /// <summary>The sizes of <see cref="Weight"/>.</summary>
    public long[] Shape { get; }

    /// <summary>The elements of <see cref="Weight"/>.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>The type that is computed in.</summary>
    public ScalarType Type { get; }

    /// <summary>The device where the weights lie.</summary>
    public Device Device { get; }

    /// <summary>The bytes that the weight takes.</summary>
    public long WeightBytes => compressed?.Bytes ?? (Count * DryRun.SizeOf(Type));

    /// <inheritdoc/>
    long ISwappedBlock.Bytes => WeightBytes;

    /// <summary>The bytes that the weight takes in 8 bits.</summary>
    public long CompressedBytes => Count + EightBitWeight.TableBytes(Type);

    /// <summary>True if the weight is kept in 8 bits.</summary>
    public bool IsCompressed => compressed is not null;

    /// <summary>The frozen bias [out], or null.</summary>
    public Tensor? Bias { get; }

    /// <summary>The adapter that <see cref="Forward"/> goes through, or null for the frozen layer alone.</summary>
    public ILayerAdapter? Adapter { get; set; }

    /// <summary>The output with the adapter, if there is one.</summary>
    public Tensor Forward(Tensor input) => Adapter is null ? Apply(input) : Adapter.Forward(this, input);

    /// <summary>The output of the frozen layer alone.</summary>
    public Tensor Apply(Tensor input) => IsCompressed ? FrozenLayer.Run(this, input) : Apply(input, Weight, Bias);

    /// <summary>The layer's operation (same stride and padding) with other weights; no adapter takes part.</summary>
    public abstract Tensor Apply(Tensor input, Tensor weight, Tensor? bias);

    /// <summary>
    /// The frozen layer's output plus <c>up (down x)</c>: a change of the weight of low rank, without the changed weight.
    /// </summary>
    /// <param name="input">The layer's input.</param>
    /// <param name="down">[rank, in] or, for a convolution, [rank, in x height x width], in the layer's type.</param>
    /// <param name="up">[out, rank], in the layer's type.</param>
    /// <returns>A tensor of the shape and type that the frozen layer would give; gradients go to all three.</returns>
    public abstract Tensor ApplyWithProduct(Tensor input, Tensor down, Tensor up);

    /// <summary>
    /// The layer with a LoHa's change, <c>scale (w1A w1B) o (w2A w2B)</c>, in one operator; null where the engine has none for this input.
    /// </summary>
    /// <param name="input">The layer's input.</param>
    /// <param name="factors">w1A, w1B, w2A and w2B: [out, r], [r, in x height x width], and the same again.</param>
    /// <param name="scale">The factor of the change.</param>
    /// <param name="materialized">True to add the change to the weight; else its factors work beside it.</param>
    public abstract Tensor? TryApplyWithHadamard(
        Tensor input, (Tensor W1A, Tensor W1B, Tensor W2A, Tensor W2B) factors, double scale, bool materialized);

    /// <summary>Keeps the weight in 8 bits from now on: e4m3 with a scale.</summary>
    public void Compress()
    {
        compressed ??= new(whole!);
        whole?.Dispose();
        whole = null;
    }

    /// <inheritdoc/>
    public void Leave()
    {
        if (compressed is not null)
            compressed.Leave();
        else
            SwappedTensor.Leave(ref whole, ref kept);
    }

    /// <inheritdoc/>
    public void Return()
    {
        if (compressed is not null)
            compressed.Return();
        else
            SwappedTensor.Return(ref whole, kept, Device);
    }

    /// <summary>The gradient of the frozen layer's input.</summary>
    /// <param name="input">The layer's input.</param>
    /// <param name="gradient">The output's gradient.</param>
    internal virtual Tensor InputGradient(Tensor input, Tensor gradient)
    {
        using var enabled = torch.enable_grad();
        using var scope = torch.NewDisposeScope();
        var again = input.detach().requires_grad_();
        torch.autograd.backward([Apply(again, Weight, null)], [gradient]);
        return again.grad!.MoveToOuterDisposeScope();
    }

    /// <summary><see cref="Forward"/> with shapes alone.</summary>
    public DryTensor DryForward(DryRun run, DryTensor input) =>
        Adapter is null ? DryApply(run, input) : Adapter.DryForward(this, run, input);

    /// <summary>The shape of the output.</summary>
    /// <param name="input">The input's shape.</param>
    public abstract long[] OutputShape(long[] input);

    /// <summary>The elements of the two factors of a product of low rank.</summary>
    public long FactorCount(long rank) => rank * (Shape[0] + (Count / Shape[0]));

    /// <summary><see cref="Apply(Tensor)"/> with shapes alone.</summary>
    /// <param name="run">The run.</param>
    /// <param name="input">The layer's input.</param>
    /// <param name="changed">True for another weight than the frozen one, which is made for this and gets a gradient.</param>
    public abstract DryTensor DryApply(DryRun run, DryTensor input, bool changed = false);

    /// <summary><see cref="ApplyWithProduct"/> with shapes alone.</summary>
    /// <param name="run">The run.</param>
    /// <param name="input">The layer's input.</param>
    /// <param name="rank">The rank of the product.</param>
    /// <param name="made">The elements of its factors that are made for this; 0 if both are there already.</param>
    public abstract DryTensor DryApplyWithProduct(DryRun run, DryTensor input, long rank, long made);

    /// <summary><see cref="TryApplyWithHadamard"/> with shapes alone.</summary>
    /// <param name="run">The run.</param>
    /// <param name="input">The layer's input.</param>
    /// <param name="rank">The rank of the LoHa.</param>
    /// <param name="materialized">True to add the change to the weight.</param>
    public abstract DryTensor? TryDryHadamard(DryRun run, DryTensor input, long rank, bool materialized);

    /// <summary>The needs of a weight that is made for one use, and of its gradient.</summary>
    protected DryCost DryChange() => new(Kept: Count, Backward: Count, Trains: true);

    /// <summary>The elements that a weight in 8 bits takes while it is decoded: itself, and 32 bits for each place in the table.</summary>
    protected long DryDecoding(DryRun run) => IsCompressed ? Count + (Count * sizeof(int) / run.ElementSize) : 0;

    /// <summary>Frees the weights.</summary>
    public void Dispose()
    {
        whole?.Dispose();
        kept?.Dispose();
        compressed?.Dispose();
        Bias?.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>
/// An adapter (LoRA, LoHa, LoCon) on a layer, which stands in for the layer's forward. Training implements it; the models only call it.
/// </summary>
public interface ILayerAdapter
{
    /// <summary>The adapted layer's output.</summary>
    /// <param name="layer">
    /// The layer. <see cref="AdaptableLayer.Apply(Tensor)"/> gives its frozen output,
    /// <see cref="AdaptableLayer.Apply(Tensor, Tensor, Tensor?)"/> the same operation with other weights.
    /// </param>
    /// <param name="input">The layer's input: [..., in] for a linear layer, [batch, in, height, width] for a convolution.</param>
    /// <returns>A tensor of the shape and type that the frozen layer would give.</returns>
    Tensor Forward(AdaptableLayer layer, Tensor input);

    /// <summary><see cref="Forward"/> with shapes alone; if not said otherwise that of a changed weight that is made in full.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="run">The run.</param>
    /// <param name="input">The layer's input.</param>
    DryTensor DryForward(AdaptableLayer layer, DryRun run, DryTensor input) => layer.DryApply(run, input, changed: true);
}
