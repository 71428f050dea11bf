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
