using LoraBuild.Diffusion.Memory;

namespace LoraBuild.Diffusion.Layers;

/// <summary>
/// A normalisation with a frozen gain, <see cref="AdaptableLayer.Weight"/> [channels], and bias. LyCORIS' <c>train_norm</c> learns changes
/// of both.
/// </summary>
public abstract class Norm(string name, Tensor weight, Tensor bias) : AdaptableLayer(name, weight, bias)
{
    /// <summary>The input without its mean and in units of its deviation, before gain and bias.</summary>
    public abstract Tensor Normalize(Tensor input);

    /// <summary>A number for each channel in a shape that spreads over the layer's output.</summary>
    /// <param name="values">[channels].</param>
    public abstract Tensor OverChannels(Tensor values);

    /// <summary>Refuses: a gain is no matrix.</summary>
    /// <inheritdoc/>
    public override Tensor ApplyWithProduct(Tensor input, Tensor down, Tensor up) =>
        throw new NotSupportedException("A normalisation's gain is no product of matrices.");

    /// <summary>Null: there is none.</summary>
    /// <inheritdoc/>
    public override Tensor? TryApplyWithHadamard(
        Tensor input, (Tensor W1A, Tensor W1B, Tensor W2A, Tensor W2B) factors, double scale, bool materialized) => null;

    /// <inheritdoc/>
    public override long[] OutputShape(long[] input) => input;

    /// <inheritdoc/>
    public override DryTensor DryApply(DryRun run, DryTensor input, bool changed = false) =>
        run.Apply(input.Shape, [input], [input], new(Trains: changed));

    /// <summary>Refuses: a gain is no matrix.</summary>
    /// <inheritdoc/>
    public override DryTensor DryApplyWithProduct(DryRun run, DryTensor input, long rank, long made) =>
        throw new NotSupportedException("A normalisation's gain is no product of matrices.");

    /// <summary>Null: there is none.</summary>
    /// <inheritdoc/>
    public override DryTensor? TryDryHadamard(DryRun run, DryTensor input, long rank, bool materialized) => null;
}

/// <summary>Group normalisation (Wu and He, 2018) of [batch, channels, ...].</summary>
internal sealed class GroupNorm(string name, Tensor weight, Tensor bias, long groups, double epsilon) : Norm(name, weight, bias)
{
    public override Tensor Apply(Tensor input, Tensor weight, Tensor? bias) =>
        nn.functional.group_norm(input, groups, weight, bias, epsilon);

    public override Tensor Normalize(Tensor input) => nn.functional.group_norm(input, groups, null, null, epsilon);

    public override Tensor OverChannels(Tensor values) => values.view(-1, 1, 1);
}

/// <summary>Layer normalisation over the last axis, epsilon 1e-5.</summary>
internal sealed class LayerNorm(string name, Tensor weight, Tensor bias) : Norm(name, weight, bias)
{
    private readonly long[] normalizedShape = weight.shape;

    public override Tensor Apply(Tensor input, Tensor weight, Tensor? bias) =>
        nn.functional.layer_norm(input, normalizedShape, weight, bias);

    public override Tensor Normalize(Tensor input) => nn.functional.layer_norm(input, normalizedShape);

    public override Tensor OverChannels(Tensor values) => values;
}
