using LoraBuild.Diffusion;
using LoraBuild.Diffusion.Families;
using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Safetensors;
using LoraBuild.Training.Parameters;

namespace LoraBuild.MiniWorld.Training;

/// <summary>The miniature Stable Diffusion with some of its parts to be trained whole: their weights lie in one flat buffer.</summary>
internal sealed class TrainedModel : IDisposable
{
    /// <summary>The groups of weights, by the parts of the model.</summary>
    internal static readonly ParameterGroup TextEncoder = new(0, "text_encoder", PartKind.TextEncoder),
        Denoiser = new(1, "unet", PartKind.Denoiser);

    private static readonly string[] Projections =
        [".proj_in.weight", ".proj_out.weight", ".attn_1.q.weight", ".attn_1.k.weight", ".attn_1.v.weight"];

    private const string FileName = "mini-sd.safetensors";

    // The text encoder learns at a quarter of the UNet's rate.
    private const double TextRate = 0.25;

    private readonly string path;

    private TrainedModel(string path, StableDiffusionModel model, ParameterBuffer parameters)
    {
        this.path = path;
        Model = model;
        Parameters = parameters;
    }

    /// <summary>The model, whose trained weights are views of <see cref="Parameters"/>.</summary>
    public StableDiffusionModel Model { get; }

    /// <summary>What is trained.</summary>
    public ParameterBuffer Parameters { get; }

    /// <summary>
    /// Writes the model before any training into a folder: weights from a seed, the example's configuration and tokenizer.
    /// </summary>
    /// <param name="example">The example's model folder, for its <c>config.json</c> and tokenizer.</param>
    /// <param name="folder">Where to.</param>
    /// <param name="seed">Of the weights.</param>
    public static void WriteFirst(string example, string folder, long seed)
    {
        CopyRest(example, folder);
        var vocabulary = Diffusion.Clip.ClipTokenizer.Load(Path.Combine(folder, "tokenizer")).VocabularySize;
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(
            Path.Combine(folder, FileName),
            WorldSizes.Tensors(vocabulary)
                .Select(entry => KeyValuePair.Create(entry.Name, AsTrained(entry.Name, FirstWeights.Of(entry.Name, entry.Shape, seed)))));
    }

    /// <summary>Opens a folder that <see cref="WriteFirst"/> or <see cref="Save"/> wrote.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="device">Where to train.</param>
    /// <param name="prefixes">What the names of the tensors to train begin with.</param>
    public static TrainedModel Open(string folder, Device device, params string[] prefixes)
    {
        var path = Path.Combine(folder, FileName);
        ParameterBuffer parameters;
        using (var file = SafetensorsFile.Open(path))
        {
            parameters = new ParameterBuffer(
                [
                    .. file.Tensors.Values.Where(entry => IsTrained(entry.Name, prefixes)).OrderBy(
                        entry => entry.Name, StringComparer.Ordinal).Select(entry =>
                        entry.Name.StartsWith(WorldSizes.TextPrefix, StringComparison.Ordinal)
                            ? new ParameterShape(entry.Name, TextEncoder, entry.Shape, TextRate)
                            : new ParameterShape(entry.Name, Denoiser, entry.Shape)),
                ],
                device);
        }
        var model = (StableDiffusionModel)ModelFamilies.Load(folder, ScalarType.Float32, device, new ModelOptions
        {
            Substitute = (name, stored) => IsTrained(name, prefixes) ? parameters[name].copy_(stored) : stored,
        });
        return new TrainedModel(path, model, parameters);
    }

    /// <summary>Writes all weights in 32 bits, to go on from.</summary>
    /// <param name="values">What the trained ones are, laid out as <see cref="ParameterBuffer.Values"/>.</param>
    public void Save(Tensor values)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var tensors = new Dictionary<string, Tensor>();
        using (var file = SafetensorsFile.Open(path))
        {
            foreach (var name in file.Tensors.Keys)
                tensors[name] = file.Load(name);
        }
        foreach (var trained in Parameters.Trained)
            tensors[trained.Name] = values.narrow(0, Parameters[trained.Name].storage_offset(), trained.Count).view([.. trained.Shape]);
        SafetensorsWriter.Write(path, tensors);
    }

    /// <summary>Writes a model to another folder as it is published: in 16 bits, with the shapes of a real checkpoint.</summary>
    public static void Publish(string folder, string target)
    {
        using var scope = NewDisposeScope();
        using var file = SafetensorsFile.Open(Path.Combine(folder, FileName));
        CopyRest(folder, target);
        SafetensorsWriter.Write(Path.Combine(target, FileName), file.Tensors.Keys.Select(name => KeyValuePair.Create(
            name, AsPublished(name, file.Load(name)).to_type(ScalarType.Float16))));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Model.Dispose();
        Parameters.Dispose();
    }

    private static void CopyRest(string from, string to)
    {
        Directory.CreateDirectory(Path.Combine(to, "tokenizer"));
        foreach (var file in new[] { "config.json", "tokenizer/merges.txt", "tokenizer/vocab.json" })
            File.Copy(Path.Combine(from, file), Path.Combine(to, file), overwrite: true);
    }

    private static bool IsTrained(string name, string[] prefixes) =>
        prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));

    // Attention's projections work as matrices; a view of kernels as such would be lost to the gradients.
    private static bool IsProjection(string name) =>
        Projections.Any(projection => name.EndsWith(projection, StringComparison.Ordinal));

    private static Tensor AsTrained(string name, Tensor tensor) => IsProjection(name) ? tensor.flatten(1) : tensor;

    private static Tensor AsPublished(string name, Tensor tensor) => IsProjection(name) ? tensor.unsqueeze(-1).unsqueeze(-1) : tensor;
}
