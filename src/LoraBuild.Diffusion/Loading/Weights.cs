using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Files;
using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Memory;

namespace LoraBuild.Diffusion.Loading;

/// <summary>
/// The tensors of one part of a checkpoint, taken by name in the type and on the device where the part will run. What is missing or of
/// another shape is collected, so that one error can name it all: call <see cref="ThrowIfMisfit"/> when the part has been built.
/// </summary>
internal sealed class Weights(
    PartTensors part, ScalarType dtype, Device device, Func<string, Tensor, Tensor>? substitute = null, string? layerPrefix = null,
    bool compresses = false)
{
    private const int ShownProblems = 5;

    private readonly List<string> problems = [];
    private readonly Dictionary<string, StoredTensor> sources = [];

    /// <summary>The end of a bias' name after that of its layer.</summary>
    internal const string BiasSuffix = ".bias";

    /// <summary>
    /// The stored weights of what adapters can be put on, by the layers' names; a normalisation's bias has its name and
    /// <see cref="BiasSuffix"/>.
    /// </summary>
    public IReadOnlyDictionary<string, StoredTensor> Sources => sources;

    /// <summary>The bytes of all tensors that were taken.</summary>
    public long Bytes { get; private set; }

    /// <summary>The type that the part computes in.</summary>
    public ScalarType Dtype => dtype;

    /// <summary>The device that the part runs on.</summary>
    public Device Device => device;

    /// <summary>True if the part has a tensor of that name.</summary>
    public bool Has(string name) => part.Tensors.ContainsKey(name);

    /// <summary>The number of blocks in a list: one more than the greatest number behind its name; 0 where there is none.</summary>
    public int CountOf(string list) => part.Tensors.Keys
        .Where(name => name.StartsWith(list + ".", StringComparison.Ordinal))
        .Select(name => int.TryParse(name[(list.Length + 1)..].Split('.')[0], out var number) ? number + 1 : 0)
        .DefaultIfEmpty()
        .Max();

    /// <summary>The shape of a tensor from which sizes are read.</summary>
    /// <param name="name">Its name without the part's prefix.</param>
    /// <param name="rank">The number of sizes it must have.</param>
    /// <exception cref="LoraBuildException">LB4003: it is missing or has another number of sizes.</exception>
    public IReadOnlyList<long> ShapeOf(string name, int rank)
    {
        if (!part.Tensors.TryGetValue(name, out var stored))
            throw Misfit($"it has no '{part.Prefix}{name}'");
        if (stored.Shape.Count != rank)
            throw Misfit($"'{stored.Name}' has shape {Shown(stored.Shape)}, not one of {rank} sizes");
        return stored.Shape;
    }

    /// <summary>A frozen tensor.</summary>
    /// <returns>The tensor, detached from any scope; where it does not fit, an uninitialised one of the shape it should have.</returns>
    public Tensor Take(string name, params long[] shape)
    {
        Bytes += DryTensor.CountOf(shape) * DryRun.SizeOf(dtype);
        if (!part.Tensors.TryGetValue(name, out var stored))
            problems.Add($"'{part.Prefix}{name}' {Shown(shape)} is missing");
        else if (!stored.Shape.SequenceEqual(shape))
            problems.Add($"'{stored.Name}' is {Shown(stored.Shape)}, not {Shown(shape)}");
        else
            return (substitute is null ? stored.Load(dtype, device) : substitute(stored.Name, stored.Load(dtype, device)))
                .DetachFromDisposeScope();
        return torch.empty(shape, dtype: dtype, device: device).DetachFromDisposeScope();
    }

    /// <summary>The linear layer of that name.</summary>
    public Linear Linear(string name, string loraName, long inputs, long outputs, bool bias = true) =>
        Compressed(
            new Linear(
                NameOf(name, loraName), TakeWeight(name, loraName, outputs, inputs), bias ? Take(name + BiasSuffix, outputs) : null));

    /// <summary>The convolution of that name, padded so that a stride of 1 keeps the size.</summary>
    public Conv2d Conv2d(string name, string loraName, long inputs, long outputs, long kernel, long stride = 1) => Compressed(
        new Conv2d(
            NameOf(name, loraName),
            TakeWeight(name, loraName, outputs, inputs, kernel, kernel),
            Take(name + BiasSuffix, outputs),
            stride,
            padding: kernel / 2));

    /// <summary>
    /// A 1 x 1 convolution that works on positions as a linear layer does. Stable Diffusion 2.x and diffusers store such weights as a
    /// matrix.
    /// </summary>
    public Linear PointwiseLinear(string name, string loraName, long inputs, long outputs)
    {
        if (IsMatrix(name))
            return Linear(name, loraName, inputs, outputs);
        using var kernel = TakeWeight(name, loraName, outputs, inputs, 1, 1);
        return Compressed(new Linear(NameOf(name, loraName), kernel.flatten(1).DetachFromDisposeScope(), Take(name + BiasSuffix, outputs)));
    }

    /// <summary>True if the layer of that name has a matrix for its weight rather than kernels.</summary>
    public bool IsMatrix(string name) => part.Tensors.TryGetValue(name + ".weight", out var stored) && stored.Shape.Count == 2;

    /// <summary>The group normalisation of that name; without one in LoRA files it gets no adapter.</summary>
    public GroupNorm GroupNorm(string name, long channels, long groups, double epsilon, string loraName = "")
    {
        if (channels % groups != 0)
            throw Misfit($"its {channels} channels cannot be split into {groups} norm groups");
        var (weight, bias) = TakeNorm(name, loraName, channels);
        return new GroupNorm(NameOf(name, loraName), weight, bias, groups, epsilon);
    }

    /// <summary>The layer normalisation of that name; without one in LoRA files it gets no adapter.</summary>
    public LayerNorm LayerNorm(string name, long channels, string loraName = "")
    {
        var (weight, bias) = TakeNorm(name, loraName, channels);
        return new LayerNorm(NameOf(name, loraName), weight, bias);
    }

    /// <summary>The number of values that each of <paramref name="heads"/> attention heads sees.</summary>
    /// <exception cref="LoraBuildException">LB4003: the channels cannot be split so.</exception>
    public long HeadSize(long channels, long heads) => channels % heads == 0
        ? channels / heads
        : throw Misfit($"its {channels} channels cannot be split into {heads} attention heads");

    /// <summary>Throws if anything that was taken did not fit.</summary>
    /// <exception cref="LoraBuildException">LB4003, naming the first few.</exception>
    public void ThrowIfMisfit()
    {
        if (problems.Count == 0)
            return;
        var shown = string.Join("; ", problems.Take(ShownProblems));
        throw Misfit(problems.Count > ShownProblems ? $"{shown}; and {problems.Count - ShownProblems} more" : shown);
    }

    /// <summary>The error for a checkpoint that is not what this part needs.</summary>
    public LoraBuildException Misfit(string reason) => new(
        DiagnosticCode.CheckpointMismatch, $"The checkpoint's {part.Title} is not that of {part.Family}: {reason}.", part.Path);

    // Layers that have no name in LoRA files are few and small.
    private T Compressed<T>(T layer)
        where T : AdaptableLayer
    {
        if (compresses && layer.Name.Length > 0)
        {
            Bytes -= layer.WeightBytes;
            layer.Compress();
            Bytes += layer.WeightBytes;
        }

        return layer;
    }

    private (Tensor Weight, Tensor Bias) TakeNorm(string name, string loraName, long channels)
    {
        if (loraName.Length > 0 && part.Tensors.TryGetValue(name + BiasSuffix, out var stored))
            sources.Add(NameOf(name, loraName) + BiasSuffix, stored);
        return (TakeWeight(name, loraName, channels), Take(name + BiasSuffix, channels));
    }

    private Tensor TakeWeight(string name, string loraName, params long[] shape)
    {
        if (loraName.Length > 0 && part.Tensors.TryGetValue(name + ".weight", out var stored))
            sources.Add(NameOf(name, loraName), stored);
        return Take(name + ".weight", shape);
    }

    // Some families name a layer in LoRA files by its tensors' own name. What has no name gets no adapter.
    private string NameOf(string name, string loraName) =>
        layerPrefix is null || loraName.Length == 0 ? loraName : layerPrefix + name.Replace('.', '_');

    private static string Shown(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";
}

/// <summary>A part of a model: its tensors by the names that the model has for them, whatever the file's own are.</summary>
/// <param name="Title">Its name in messages.</param>
/// <param name="Family">The family whose part it should be, for messages.</param>
/// <param name="Path">The file to name in messages.</param>
/// <param name="Prefix">The beginning of the tensors' names in the file.</param>
/// <param name="Tensors">By name without the prefix: CompVis' names for UNet and VAE, transformers' for the text encoder.</param>
internal sealed record PartTensors(
    string Title, string Family, string Path, string Prefix, IReadOnlyDictionary<string, StoredTensor> Tensors)
{
    /// <summary>The tensors of a file whose names begin with a prefix.</summary>
    /// <param name="title">The part's name in messages.</param>
    /// <param name="family">The family whose part it should be.</param>
    /// <param name="file">The file.</param>
    /// <param name="prefix">The prefix.</param>
    /// <param name="rename">From the file's name without the prefix to the model's, or null for what the model does not use.</param>
    public static PartTensors Of(string title, string family, ITensorFile file, string prefix, Func<string, string?>? rename = null)
    {
        var tensors = new Dictionary<string, StoredTensor>();
        foreach (var (key, shape) in file.Shapes)
        {
            if (key.StartsWith(prefix, StringComparison.Ordinal)
                && (rename is null ? key[prefix.Length..] : rename(key[prefix.Length..])) is { } name)
                tensors.TryAdd(name, new StoredTensor(file, key, shape));
        }
        return new PartTensors(title, family, file.Path, prefix, tensors);
    }
}
