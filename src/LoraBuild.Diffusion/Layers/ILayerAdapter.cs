namespace LoraBuild.Diffusion.Layers;

/// <summary>
/// What stands in for a layer's forward while an adapter (LoRA, LoHa, LoCon) is on it. Training implements it; the models only call it.
/// </summary>
public interface ILayerAdapter
{
    /// <summary>The adapted layer's output.</summary>
    /// <param name="layer">
    /// The layer. <see cref="AdaptableLayer.Apply(Tensor)"/> gives its frozen output, <see cref="AdaptableLayer.Apply(Tensor, Tensor, Tensor?)"/>
    /// the same operation with other weights.
    /// </param>
    /// <param name="input">The layer's input: [..., in] for a linear layer, [batch, in, height, width] for a convolution.</param>
    /// <returns>A tensor of the shape and type that the frozen layer would give.</returns>
    Tensor Forward(AdaptableLayer layer, Tensor input);
}
