using LoraBuild.Diffusion.Families;
using LoraBuild.Diffusion.Layers;
using LoraBuild.Training.Adapters.Files;

namespace LoraBuild.Training.Adapters;

/// <summary>
/// LoRA files on the model that they were made for, with the weights as they are: nothing is merged. Disposing it takes the adapters off
/// again.
/// </summary>
public sealed class AppliedLora : IDisposable
{
    private readonly IReadOnlyList<AdapterSum> sums;

    private AppliedLora(IReadOnlyList<AdapterModule> modules)
    {
        Modules = modules;
        sums = [.. modules.GroupBy(module => module.Layer).Select(ofLayer => new AdapterSum(ofLayer.Key, [.. ofLayer]))];
        foreach (var sum in sums)
            sum.Layer.Adapter = sum;
    }

    /// <summary>The adapters, file by file.</summary>
    public IReadOnlyList<AdapterModule> Modules { get; }

    /// <summary>Reads a file and puts its adapters on the model's layers, in place of those that are there.</summary>
    /// <param name="path">A <c>.safetensors</c> file: LyCORIS' LoHa, LoCon or LoKr, sd-scripts', diffusers' or PEFT's LoRA; or a folder
    /// that PEFT saved.</param>
    /// <param name="model">The model.</param>
    /// <param name="strength">The factor of the changes: 1 as trained.</param>
    /// <exception cref="Base.Diagnostics.LoraBuildException">
    /// LB4001, LB4002, LB6004: the file is missing, damaged or cannot be read. LB4005: it holds no LoRA, or one for another model; no layer
    /// has changed.
    /// </exception>
    public static AppliedLora Apply(string path, IDiffusionModel model, double strength = 1) => Apply([(path, strength)], model);

    /// <summary>Reads several files and puts the sum of their changes on the model's layers.</summary>
    /// <param name="files">The files, each with its strength.</param>
    /// <param name="model">The model.</param>
    /// <inheritdoc cref="Apply(string, IDiffusionModel, double)"/>
    public static AppliedLora Apply(IReadOnlyList<(string Path, double Strength)> files, IDiffusionModel model)
    {
        using var scope = NewDisposeScope();
        var modules = new List<AdapterModule>();
        foreach (var (path, strength) in files)
        {
            using var file = LoraReader.Open(path, model);
            modules.AddRange(file.Layers.Select(held => Module(file, held, strength)));
        }

        foreach (var weight in modules.SelectMany(Weights))
            weight.DetachFromDisposeScope();
        return new(modules);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var sum in sums.Where(sum => ReferenceEquals(sum.Layer.Adapter, sum)))
            sum.Layer.Adapter = null;
        foreach (var weight in Modules.SelectMany(Weights))
            weight.Dispose();
    }

    private static IEnumerable<Tensor> Weights(AdapterModule module) =>
        module.Lengths is null ? module.Factors.Values : module.Factors.Values.Append(module.Lengths);

    private static AdapterModule Module(LoraReader file, LoraLayer held, double strength)
    {
        var device = held.Layer.Device;
        var factors = held.Factors.ToDictionary(factor => factor.Name, factor => file.Load(held, factor, device));
        return new(
            held.Layer, held.Kind, held.Factors, factors, held.Alpha, lengths: file.LoadLengths(held, device)) { Strength = strength };
    }
}

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
