namespace LoraBuild.Diffusion.Layers;

/// <summary>Layer normalisation with frozen gain and bias over the last axis, epsilon 1e-5.</summary>
internal sealed class LayerNorm(Tensor weight, Tensor bias) : IDisposable
{
    private readonly long[] normalizedShape = weight.shape;

    public Tensor Forward(Tensor input) => nn.functional.layer_norm(input, normalizedShape, weight, bias);

    public void Dispose()
    {
        weight.Dispose();
        bias.Dispose();
    }
}
