using LoraBuild.Core.Settings;
using LoraBuild.Diffusion.Layers;

namespace LoraBuild.Training.Adapters;

/// <summary>
/// LyCORIS' <c>locon</c> and sd-scripts' <c>networks.lora</c>: <c>lora_down.weight</c>, <c>lora_up.weight</c>, and with Tucker's core
/// <c>lora_mid.weight</c>.
/// </summary>
internal sealed class LoConKind : AdapterKind
{
    private const string Down = "lora_down.weight", Up = "lora_up.weight", Mid = "lora_mid.weight";

    public override IReadOnlyList<AdapterFactor> NewFactors(AdaptableLayer layer, long rank, TrainingSettings settings) =>
        Factors(layer, rank, settings.UseTucker && IsLarge(layer), settings.UseScalar);

    public override IReadOnlyList<AdapterFactor>? FactorsIn(AdaptableLayer layer, IReadOnlyDictionary<string, IReadOnlyList<long>> shapes) =>
        shapes.Keys.Any(name => name is Down or Up or Mid)
            ? Factors(layer, shapes.TryGetValue(Down, out var shape) && shape.Count > 0 ? shape[0] : 1, layer is Conv2d && shapes.ContainsKey(Mid), false)
            : null;

    public override long? RankOf(IReadOnlyList<AdapterFactor> factors) => factors.Single(factor => factor.Name == Down).Shape[0];

    public override LayerChange Change(
        IReadOnlyDictionary<string, Tensor> factors, double scale, Tensor? rows, Func<Tensor, Tensor>? between) =>
        new LoCon(factors[Up], factors[Down], factors.GetValueOrDefault(Mid), scale, rows) { Between = between };

    public override bool Derives(IReadOnlyDictionary<string, Tensor> factors) => false;

    public override string ScaledFactor(IEnumerable<string> names) => Up;

    private static AdapterFactor[] Factors(AdaptableLayer layer, long rank, bool tucker, bool scaled)
    {
        var (outputs, inputs, kernelArea) = SizesOf(layer);
        var kernel = KernelOf(layer);
        long[] points = [.. kernel.Select(_ => 1L)];
        AdapterFactor[] matrices =
        [
            new(Down, [rank, inputs, .. tucker ? points : kernel], FirstValues.KaimingUniform(tucker ? inputs : inputs * kernelArea)),
            new(Up, [outputs, rank, .. points], scaled ? FirstValues.KaimingUniform(rank) : FirstValues.Zero),
        ];
        return tucker ? [.. matrices, new(Mid, [rank, rank, .. kernel], FirstValues.KaimingUniform(rank * kernelArea))] : matrices;
    }
}
