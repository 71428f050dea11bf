using LoraBuild.Diffusion.Layers;

namespace LoraBuild.Training.Adapters;

/// <summary>A LoHa on its layer.</summary>
/// <param name="Layer">The layer; its name begins the names of the adapter's tensors.</param>
/// <param name="Adapter">The adapter.</param>
public sealed record AdapterModule(AdaptableLayer Layer, LoHa Adapter)
{
    /// <summary>The adapter's tensors as a LoRA file keeps them, in LyCORIS' order; <c>alpha</c> is a scalar.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Tensors() =>
    [
        new($"{Layer.Name}.alpha", tensor((float)Adapter.Alpha)),
        new($"{Layer.Name}.hada_w1_a", Adapter.W1A),
        new($"{Layer.Name}.hada_w1_b", Adapter.W1B),
        new($"{Layer.Name}.hada_w2_a", Adapter.W2A),
        new($"{Layer.Name}.hada_w2_b", Adapter.W2B),
    ];
}
