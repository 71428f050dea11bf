using LoraBuild.Core.Diagnostics;
using LoraBuild.Diffusion.Clip;
using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Safetensors;
using LoraBuild.Diffusion.UNet;

namespace LoraBuild.Training.Adapters;

/// <summary>A LoHa file on the models that it was made for. Disposing it takes the adapters off again.</summary>
public sealed class AppliedLora : IDisposable
{
    private const int NamesShown = 3;

    private AppliedLora(IReadOnlyList<AdapterModule> modules)
    {
        Modules = modules;
        foreach (var module in modules)
            module.Layer.Adapter = module.Adapter;
    }

    /// <summary>The adapters, one for each module in the file.</summary>
    public IReadOnlyList<AdapterModule> Modules { get; }

    /// <summary>Reads a file and puts its adapters on the models' layers, in place of those that are there.</summary>
    /// <param name="path">A <c>.safetensors</c> file with LyCORIS' LoHa names.</param>
    /// <param name="textEncoder">The text encoder.</param>
    /// <param name="unet">The UNet.</param>
    /// <param name="strength">How strongly the changes are applied: 1 as trained.</param>
    /// <exception cref="LoraBuildException">
    /// LB4001, LB4002: the file is missing or damaged. LB4005: it holds no LoHa, or one for another model; no layer has changed.
    /// </exception>
    public static AppliedLora Apply(string path, TextEncoder textEncoder, UNetModel unet, double strength = 1)
    {
        using var file = SafetensorsFile.Open(path);
        var layers = textEncoder.Layers.Concat(unet.Layers).ToDictionary(layer => layer.Name);
        var names = file.Tensors.Keys.Select(key => key[..Math.Max(0, key.IndexOf('.'))]).Distinct().Order(StringComparer.Ordinal).ToList();
        if (names.Where(name => !layers.ContainsKey(name)).ToList() is { Count: > 0 } strangers)
            throw Misfit(path, $"the model has no layer {string.Join(", ", strangers.Take(NamesShown))}{(strangers.Count > NamesShown ? ", ..." : "")}");
        return new([.. names.Select(name => Read(file, layers[name], strength))]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (layer, adapter) in Modules)
        {
            if (ReferenceEquals(layer.Adapter, adapter))
                layer.Adapter = null;
            foreach (var factor in (Tensor[])[adapter.W1A, adapter.W1B, adapter.W2A, adapter.W2B])
                factor.Dispose();
        }
    }

    private static AdapterModule Read(SafetensorsFile file, AdaptableLayer layer, double strength)
    {
        var outputs = layer.Weight.shape[0];
        var inputs = layer.Weight.numel() / outputs;
        var rank = file.Tensors.TryGetValue($"{layer.Name}.hada_w1_b", out var entry) && entry.Shape.Count == 2
            ? entry.Shape[0]
            : throw Misfit(file.Path, $"'{layer.Name}' has no matrix hada_w1_b, so it is no LoHa");
        var adapter = new LoHa(
            Factor("hada_w1_a", outputs, rank),
            Factor("hada_w1_b", rank, inputs),
            Factor("hada_w2_a", outputs, rank),
            Factor("hada_w2_b", rank, inputs),
            file.Tensors.ContainsKey($"{layer.Name}.alpha") ? file.Load($"{layer.Name}.alpha", ScalarType.Float32).item<float>() : rank);
        adapter.Strength = strength;
        return new(layer, adapter);

        Tensor Factor(string factor, long rows, long columns)
        {
            var name = $"{layer.Name}.{factor}";
            if (!file.Tensors.TryGetValue(name, out var found) || !found.Shape.SequenceEqual([rows, columns]))
                throw Misfit(file.Path, $"'{name}' is not there or not of shape [{rows}, {columns}]");
            return file.Load(name, ScalarType.Float32, layer.Weight.device).DetachFromDisposeScope();
        }
    }

    private static LoraBuildException Misfit(string path, string reason) => new(
        DiagnosticCode.LoraMismatch, $"The LoRA does not fit the model: {reason}. Use one that was trained as LoHa on this architecture.", path);
}
