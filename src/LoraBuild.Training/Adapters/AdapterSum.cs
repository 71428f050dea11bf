using LoraBuild.Diffusion.Layers;

namespace LoraBuild.Training.Adapters;

/// <summary>One or more adapters on one layer: what each adds to the frozen output is added up.</summary>
internal sealed class AdapterSum(AdaptableLayer layer, IReadOnlyList<AdapterModule> modules) : ILayerAdapter
{
    public AdaptableLayer Layer { get; } = layer;

    public Tensor Forward(AdaptableLayer layer, Tensor input)
    {
        using var scope = NewDisposeScope();
        var output = modules[0].Forward(layer, input);
        foreach (var module in modules.Skip(1))
            output = output + module.Output(layer, input);
        return output.MoveToOuterDisposeScope();
    }
}
