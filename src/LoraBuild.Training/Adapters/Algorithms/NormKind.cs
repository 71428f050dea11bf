using LoraBuild.Diffusion.Layers;
using LoraBuild.Settings;

namespace LoraBuild.Training.Adapters.Algorithms;

/// <summary>
/// LyCORIS' <c>norm</c>, the adapters of <c>train_norm</c>: a normalisation's gain changes by <c>w_norm</c>, its bias by <c>b_norm</c>,
/// both [channels] and 0 at first. Neither alpha nor a rank counts. LyCORIS reads <c>rank_dropout</c> here as the share that is kept; here
/// it is the share that is dropped, as everywhere else.
/// </summary>
internal sealed class NormKind : AdapterKind
{
    private const string WeightName = "w_norm", BiasName = "b_norm";

    public override bool ChangesByFactors => false;

    public override string? PlusFactor => null;

    public override bool Suits(AdaptableLayer layer) => layer is Norm;

    public override IReadOnlyList<AdapterFactor> NewFactors(AdaptableLayer layer, long rank, TrainingSettings settings) => Factors(layer);

    public override IReadOnlyList<AdapterFactor>? FactorsIn(
        AdaptableLayer layer, IReadOnlyDictionary<string, IReadOnlyList<long>> shapes) =>
        shapes.ContainsKey(WeightName) || shapes.ContainsKey(BiasName) ? Factors(layer) : null;

    public override long? RankOf(IReadOnlyList<AdapterFactor> factors) => null;

    public override LayerChange Change(
        IReadOnlyDictionary<string, Tensor> factors, double scale, Tensor? rows, Func<Tensor, Tensor>? between) =>
        rows is null
            ? new NormChange(factors[WeightName], factors[BiasName])
            : new NormChange(factors[WeightName] * rows, factors[BiasName] * rows);

    public override bool Derives(IReadOnlyDictionary<string, Tensor> factors) => false;

    public override string ScaledFactor(IEnumerable<string> names) => WeightName;

    private static AdapterFactor[] Factors(AdaptableLayer layer) =>
        [new(WeightName, layer.Shape, FirstValues.Zero), new(BiasName, layer.Shape, FirstValues.Zero)];
}

/// <summary>
/// The change of a normalisation's gain and bias. It is computed beside the frozen layer, so that half precision does not round it away,
/// and of the normalised input, so that the gradients are sums whose bits do not depend on the number of threads.
/// </summary>
internal sealed class NormChange(Tensor weight, Tensor bias) : LayerChange
{
    public override Tensor? BiasChange => bias;

    public override Tensor Output(AdaptableLayer layer, Tensor input)
    {
        using var scope = NewDisposeScope();
        var norm = (Norm)layer;
        var (gain, shift) = (norm.OverChannels(weight.to_type(input.dtype)), norm.OverChannels(bias.to_type(input.dtype)));
        var change = (norm.Normalize(input) * gain) + shift;
        return (Strength == 1 ? change : change * Strength).MoveToOuterDisposeScope();
    }

    public override Tensor WeightChange(AdaptableLayer layer) => weight * Strength;

    public override double Norm()
    {
        using var scope = NewDisposeScope();
        return weight.norm().item<float>();
    }
}
