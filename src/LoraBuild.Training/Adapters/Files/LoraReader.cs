using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Families;
using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Safetensors;
using LoraBuild.Training.Adapters.Algorithms;

namespace LoraBuild.Training.Adapters.Files;

/// <summary>
/// A LoRA file that is opened for a model: LyCORIS' LoHa, LoCon and LoKr, sd-scripts' and diffusers' LoRA, and PEFT's of these kinds,
/// with or without DoRA. All names and shapes are held against the model when it is opened; the tensors are read when they are asked for.
/// </summary>
internal sealed class LoraReader : IDisposable
{
    private const int NamesShown = 3;

    private readonly SafetensorsFile file;

    private LoraReader(SafetensorsFile file, IReadOnlyList<LoraLayer> layers)
    {
        this.file = file;
        Layers = layers;
    }

    /// <summary>The file's layers, in the order of the model's layers.</summary>
    public IReadOnlyList<LoraLayer> Layers { get; }

    /// <summary>Opens a file.</summary>
    /// <param name="path">A <c>.safetensors</c> file, or a folder as PEFT saves it.</param>
    /// <param name="model">The model.</param>
    /// <exception cref="LoraBuildException">LB4001, LB4002, LB6004: it is missing, damaged or cannot be read. LB4005: it does not fit the
    /// model.</exception>
    public static LoraReader Open(string path, IDiffusionModel model)
    {
        var file = SafetensorsFile.Open(Directory.Exists(path) ? Path.Combine(path, PeftSettings.WeightsName) : path);
        try
        {
            return new(file, Read(file, model));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads one of a layer's tensors in 32 bits and the shape that the layer needs; the caller's scope owns it.</summary>
    public Tensor Load(LoraLayer layer, AdapterFactor factor, Device device)
    {
        var loaded = file.Load(layer.Keys[factor.Name], ScalarType.Float32, device).view([.. factor.Shape]);
        var isScaled = layer.Gain != 1 && factor.Name == layer.Kind.ScaledFactor(layer.Factors.Select(other => other.Name));
        return isScaled ? loaded.mul_(layer.Gain) : loaded;
    }

    /// <summary>Reads DoRA's lengths; null where there are none.</summary>
    public Tensor? LoadLengths(LoraLayer layer, Device device) => layer.LengthsShape is { } shape
        ? file.Load(layer.Keys[AdapterKind.LengthsName], ScalarType.Float32, device).view([.. shape])
        : null;

    /// <summary>The error for a file that does not fit.</summary>
    public LoraBuildException Misfit(string reason) => Misfit(file, reason);

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();

    private static List<LoraLayer> Read(SafetensorsFile file, IDiffusionModel model)
    {
        var names = new List<(string Key, LoraTensorName Name)>();
        foreach (var key in file.Tensors.Keys.Order(StringComparer.Ordinal))
            names.Add(
                (key, LoraTensorName.TryParse(key, model) ?? throw Misfit(file, $"it has a tensor '{key}', which is no part of a LoRA")));
        if (names.Count == 0)
            throw Misfit(file, "it has no tensors");

        var groups = names.GroupBy(name => name.Name.Layer).ToDictionary(group => group.Key);
        var layers = model.Parts.SelectMany(part => part.Adaptable.Select(layer => (Layer: layer, Part: part.Name))).ToList();
        var known = layers.Select(layer => layer.Layer.Name).ToHashSet();
        if (groups.Keys.Where(name => !known.Contains(name)).ToList() is { Count: > 0 } strangers)
            throw Misfit(
                file,
                $"the model has no layer {string.Join(", ", strangers.Take(NamesShown))}{(strangers.Count > NamesShown ? ", ..." : "")}");

        var peft = PeftSettings.Of(file);
        return
        [
            .. layers.Where(layer => groups.ContainsKey(layer.Layer.Name))
                .Select(layer => ReadLayer(file, layer.Layer, layer.Part, [.. groups[layer.Layer.Name]], peft)),
        ];
    }

    private static LoraLayer ReadLayer(
        SafetensorsFile file, AdaptableLayer layer, string part, IReadOnlyList<(string Key, LoraTensorName Name)> names, PeftSettings peft)
    {
        var keys = new Dictionary<string, string>();
        foreach (var (key, name) in names)
        {
            if (!keys.TryAdd(name.Tensor, key))
                throw Misfit(file, $"'{keys[name.Tensor]}' and '{key}' both stand for the same tensor of layer {layer.Name}");
        }

        var shapes = keys.ToDictionary(entry => entry.Key, entry => file.Tensors[entry.Value].Shape);
        var found = AdapterKind.All.Where(kind => kind.Suits(layer)).Select(kind => (Kind: kind, Factors: kind.FactorsIn(layer, shapes)))
            .Where(entry => entry.Factors is not null).ToList();
        if (found is not [var (kind, factors)] || factors is null)
        {
            throw Misfit(
                file,
                $"the tensors {string.Join(", ", keys.Keys.Take(NamesShown))} of layer {layer.Name} are of "
                + $"{(found.Count == 0 ? "no known kind" : "several kinds")}");
        }

        if (factors.Select(factor => factor.Name).FirstOrDefault(name => !keys.ContainsKey(name)) is { } missing)
            throw Misfit(file, $"it has no '{missing}' for layer {layer.Name}");
        foreach (var factor in factors)
            Check(file, layer, factor.Name, factor.Shape, keys);
        if (keys.Keys.Except([.. factors.Select(factor => factor.Name), AdapterKind.AlphaName, AdapterKind.LengthsName])
            .FirstOrDefault() is { } stranger)
            throw Misfit(file, $"LoraBuild does not know what '{keys[stranger]}' means");

        IReadOnlyList<long>? lengths = null;
        if (shapes.TryGetValue(AdapterKind.LengthsName, out var shape))
        {
            // PEFT keeps a flat list for the outputs.
            var ofOutputs = shape.Count == 1 || shape[0] == layer.Shape[0];
            lengths = WeightDecomposition.LengthsShape(layer, ofOutputs);
            Check(file, layer, AdapterKind.LengthsName, shape.Count == 1 ? [layer.Shape[0]] : lengths, keys);
        }

        var rank = kind.RankOf(factors);
        if (keys.TryGetValue(AdapterKind.AlphaName, out var alpha))
            return new(layer, kind, factors, AlphaIn(file, alpha), lengths, keys);
        // Where the tensors show no rank, alpha over rank is 1 to every kind.
        var scale = peft.ScaleOf(part, names[0].Name, rank);
        return new(layer, kind, factors, scale * (rank ?? 1), lengths, keys) { Gain = rank is null ? scale : 1 };
    }

    private static void Check(
        SafetensorsFile file, AdaptableLayer layer, string name, IReadOnlyList<long> shape, Dictionary<string, string> keys)
    {
        var found = file.Tensors[keys[name]].Shape;
        if (!AreAlike(found, shape))
            throw Misfit(file, $"'{keys[name]}' is {Shown(found)}, but layer {layer.Name} needs {Shown(shape)}");
    }

    // To a LoRA, linear layers and convolutions of 1x1 are the same, and all sizes but the first may be taken together.
    private static bool AreAlike(IReadOnlyList<long> found, IReadOnlyList<long> shape)
    {
        var (a, b) = (Trimmed(found), Trimmed(shape));
        return a.SequenceEqual(b) || (Math.Min(a.Count, b.Count) == 2 && a[0] == b[0] && Count(a) == Count(b));
    }

    private static List<long> Trimmed(IReadOnlyList<long> shape) => [.. shape.Reverse().SkipWhile(size => size == 1).Reverse()];

    private static double AlphaIn(SafetensorsFile file, string key)
    {
        if (Count(file.Tensors[key].Shape) != 1)
            throw Misfit(file, $"'{key}' is not a single number");
        using var scope = NewDisposeScope();
        var alpha = (double)file.Load(key, ScalarType.Float32).item<float>();
        return double.IsFinite(alpha) ? alpha : throw Misfit(file, $"'{key}' is not a number");
    }

    private static long Count(IReadOnlyList<long> shape) => shape.Aggregate(1L, (product, size) => product * size);

    private static string Shown(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";

    private static LoraBuildException Misfit(SafetensorsFile file, string reason) => new(
        DiagnosticCode.LoraMismatch,
        $"The LoRA does not fit the model: {reason}. Use one that was made for this architecture as LoRA, LoCon, LoHa or LoKr.",
        file.Path);
}

/// <summary>The tensors that a LoRA file holds for a layer.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Kind">The kind of the adapter.</param>
/// <param name="Factors">The kind's tensors, with the shapes that the layer needs.</param>
/// <param name="Alpha">The change is scaled by alpha over the rank.</param>
/// <param name="LengthsShape">The shape of DoRA's lengths, or null where there are none.</param>
/// <param name="Keys">The file's key for each tensor's name.</param>
internal sealed record LoraLayer(
    AdaptableLayer Layer,
    AdapterKind Kind,
    IReadOnlyList<AdapterFactor> Factors,
    double Alpha,
    IReadOnlyList<long>? LengthsShape,
    IReadOnlyDictionary<string, string> Keys)
{
    /// <summary>A factor of the change, where its kind has no rank that alpha could count by: only PEFT has such.</summary>
    public double Gain { get; init; } = 1;
}
