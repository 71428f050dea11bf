namespace LoraBuild.Diffusion.Layers;

/// <summary>Group normalisation with frozen gain and bias (Wu and He, 2018) of [batch, channels, ...].</summary>
internal sealed class GroupNorm(Tensor weight, Tensor bias, long groups, double epsilon) : IDisposable
{
    public Tensor Forward(Tensor input) => nn.functional.group_norm(input, groups, weight, bias, epsilon);

    public void Dispose()
    {
        weight.Dispose();
        bias.Dispose();
    }
}

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
