namespace LoraBuild.Diffusion.Layers;

/// <summary>A linear layer: input [..., in], weight [out, in], output [..., out].</summary>
public sealed class Linear(string name, Tensor weight, Tensor? bias) : AdaptableLayer(name, weight, bias)
{
    /// <inheritdoc/>
    public override Tensor Apply(Tensor input, Tensor weight, Tensor? bias) => nn.functional.linear(input, weight, bias);
}
