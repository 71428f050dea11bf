using System.Text;
using LoraBuild.Core.Randomness;
using LoraBuild.Core.Settings;
using LoraBuild.Diffusion.Clip;
using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.UNet;
using LoraBuild.Training.Parameters;

namespace LoraBuild.Training.Adapters;

/// <summary>
/// A LoHa on every linear layer and convolution of the UNet and of the text encoder: LyCORIS' preset <c>full</c>. Disposing it takes the
/// adapters off their layers.
/// </summary>
public sealed class AdapterNetwork : IDisposable
{
    private static readonly string[] Factors = ["hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b"];

    private AdapterNetwork(ParameterBuffer parameters, IReadOnlyList<AdapterModule> modules)
    {
        Parameters = parameters;
        Modules = modules;
        foreach (var module in modules)
            module.Layer.Adapter = module.Adapter;
    }

    /// <summary>The weights and their gradients.</summary>
    public ParameterBuffer Parameters { get; }

    /// <summary>The adapters: the text encoder's first, each model's in LyCORIS' order.</summary>
    public IReadOnlyList<AdapterModule> Modules { get; }

    /// <summary>Puts new adapters on the models, with LyCORIS' first weights: W1b and W2b from N(0, 1), W1a from N(0, 0.1), W2a zero.</summary>
    /// <param name="textEncoder">The text encoder.</param>
    /// <param name="unet">The UNet.</param>
    /// <param name="settings">Ranks, alphas, the seed, and what to train.</param>
    /// <param name="device">Where the models are.</param>
    public static AdapterNetwork Create(TextEncoder textEncoder, UNetModel unet, TrainingSettings settings, Device device)
    {
        var layers = settings.NetworkTrainUnetOnly ? [] : TextEncoderLayers(textEncoder, settings.ClipSkip ?? 1);
        layers.AddRange(unet.Layers.Select(layer => (layer, ParameterGroup.UNet)));
        var places = layers
            .Select(place => (place.Layer, place.Group, Rank: Rank(place.Layer, settings)))
            .Where(place => place.Rank > 0)
            .ToList();

        var parameters = new ParameterBuffer([.. places.SelectMany(place => Shapes(place.Layer, place.Group, place.Rank))], device);
        foreach (var (layer, _, _) in places)
            FirstWeights(layer.Name, FactorsOf(layer, parameters), settings.Seed);
        return new(parameters, [.. places.Select(place => Module(place.Layer, parameters, IsLargeConvolution(place.Layer) ? settings.ConvAlpha : settings.NetworkAlpha))]);
    }

    /// <summary>The same adapters on a second copy of the models: the same weights, with gradients of their own.</summary>
    /// <param name="secondTextEncoder">A text encoder with this one's layers.</param>
    /// <param name="secondUnet">A UNet with this one's layers.</param>
    public AdapterNetwork Twin(TextEncoder secondTextEncoder, UNetModel secondUnet)
    {
        var layers = secondTextEncoder.Layers.Concat(secondUnet.Layers).ToDictionary(layer => layer.Name);
        var parameters = Parameters.Twin();
        return new(parameters, [.. Modules.Select(module => Module(layers[module.Layer.Name], parameters, module.Adapter.Alpha))]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var module in Modules)
            module.Layer.Adapter = null;
        Parameters.Dispose();
    }

    private static AdapterModule Module(AdaptableLayer layer, ParameterBuffer parameters, double alpha)
    {
        var factors = FactorsOf(layer, parameters);
        return new(layer, new LoHa(factors[0], factors[1], factors[2], factors[3], alpha));
    }

    private static Tensor[] FactorsOf(AdaptableLayer layer, ParameterBuffer parameters) =>
        [.. Factors.Select(factor => parameters[$"{layer.Name}.{factor}"])];

    // Under clip_skip the last layers don't reach the UNet.
    private static List<(AdaptableLayer Layer, ParameterGroup Group)> TextEncoderLayers(TextEncoder textEncoder, int clipSkip)
    {
        var perLayer = textEncoder.Layers.Count / textEncoder.Depth;
        var used = (textEncoder.Depth + 1 - clipSkip) * perLayer;
        return [.. textEncoder.Layers.Select((layer, i) => (layer, i < used ? ParameterGroup.TextEncoder : ParameterGroup.Untrained))];
    }

    private static bool IsLargeConvolution(AdaptableLayer layer) => layer is Conv2d { KernelSize: > 1 };

    private static int Rank(AdaptableLayer layer, TrainingSettings settings) => IsLargeConvolution(layer) ? settings.ConvDim : settings.NetworkDim;

    private static IEnumerable<ParameterShape> Shapes(AdaptableLayer layer, ParameterGroup group, int rank)
    {
        var outputs = layer.Weight.shape[0];
        var inputs = layer.Weight.numel() / outputs;
        return Factors.Select((factor, i) => new ParameterShape($"{layer.Name}.{factor}", group, i % 2 == 0 ? [outputs, rank] : [rank, inputs]));
    }

    private static void FirstWeights(string name, Tensor[] factors, long seed)
    {
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        // A layer's weights depend on its name alone, not on which other layers there are.
        var layer = Fnv1a(name);
        foreach (var (i, deviation) in new[] { (0, 0.1), (1, 1.0), (3, 1.0) })
        {
            var random = new CounterRandom(seed, (long)RandomPurpose.AdapterWeights, layer, i);
            var values = random.NextGaussians((int)factors[i].numel());
            factors[i].copy_(tensor(values, dtype: ScalarType.Float32).view(factors[i].shape).mul_(deviation));
        }
    }

    // Fowler, Noll and Vo's hash, 64 bits, FNV-1a.
    private static long Fnv1a(string name)
    {
        var hash = 14695981039346656037UL;
        foreach (var unit in Encoding.UTF8.GetBytes(name))
            hash = unchecked((hash ^ unit) * 1099511628211UL);
        return unchecked((long)hash);
    }
}
