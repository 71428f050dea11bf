using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Families;
using LoraBuild.Diffusion.Layers;
using LoraBuild.Settings;
using LoraBuild.Training.Adapters.Acceleration;
using LoraBuild.Training.Adapters.Files;
using LoraBuild.Training.Engine;
using LoraBuild.Training.Parameters;

namespace LoraBuild.Training.Adapters;

/// <summary>The adapters that are trained, on the layers of a model. Disposing it takes them off their layers.</summary>
public sealed class AdapterNetwork : IDisposable
{
    private readonly IReadOnlyList<AdapterBlueprint> blueprints;
    private readonly TrainingSettings settings;
    private readonly DropoutPlace place = new();
    private readonly LoHaFactors? factors;

    private AdapterNetwork(
        IReadOnlyList<AdapterBlueprint> blueprints,
        IReadOnlyDictionary<string, AdaptableLayer> layers,
        ParameterBuffer parameters,
        TrainingSettings settings,
        bool makesFactorsAtOnce)
    {
        this.blueprints = blueprints;
        this.settings = settings;
        Parameters = parameters;
        Modules = [.. blueprints.Select(blueprint => blueprint.Build(layers[blueprint.Layer.Name], parameters, settings, place))];
        foreach (var module in Modules)
            module.Layer.Adapter = module;
        if (makesFactorsAtOnce)
            factors = LoHaFactors.Of(PlainLoHas);
    }

    /// <summary>The weights and their gradients.</summary>
    public ParameterBuffer Parameters { get; }

    /// <summary>The bytes of what is kept besides <see cref="Parameters"/>: factors that are made for all adapters at once.</summary>
    public long FactorBytes => factors?.Bytes ?? 0;

    /// <summary>The adapters: text encoders first, each part's in LyCORIS' order.</summary>
    public IReadOnlyList<AdapterModule> Modules { get; }

    /// <summary>The adapters that are a LoHa and no more, on their layers.</summary>
    internal IEnumerable<(AcceleratedLoHa Change, AdaptableLayer Layer)> PlainLoHas =>
        from module in Modules
        where module.Plain is not null
        select (module.Plain, module.Layer);

    /// <summary>
    /// Puts adapters on a model, with LyCORIS' first weights or those of <see cref="TrainingSettings.NetworkWeights"/>.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="settings">Kind, ranks, alphas, the seed, and what to train.</param>
    /// <exception cref="LoraBuildException">
    /// LB4001, LB4002, LB4005: the file to start from is missing, damaged or for another model. LB5001: a setting does not fit the model.
    /// </exception>
    public static AdapterNetwork Create(IDiffusionModel model, TrainingSettings settings) =>
        // On a CPU a layer with a LoHa is one operator of our own, which makes its factors itself.
        Create(model, settings, makesFactorsAtOnce: model.Device.type != DeviceType.CPU);

    // The same, said whether a pass begins with the factors of all LoHas.
    internal static AdapterNetwork Create(IDiffusionModel model, TrainingSettings settings, bool makesFactorsAtOnce)
    {
        var layers = LayersOf(model);
        using var start = settings.NetworkWeights is { } file ? LoraReader.Open(file, model) : null;
        var blueprints = settings.DimFromWeights && start is not null
            ? AdapterBlueprint.Of(start, model, settings)
            : AdapterBlueprint.Of(AdapterSelection.Choose(model, settings), settings);
        var parameters = new ParameterBuffer(
            [.. blueprints.SelectMany(blueprint => blueprint.Shapes())], model.Device, ComputeDevice.TypeOf(settings.AdapterPrecision));
        foreach (var blueprint in blueprints)
            blueprint.Fill(parameters, settings.Seed);
        if (start is not null)
            StartFrom(start, blueprints, parameters);
        return new(blueprints, layers, parameters, settings, makesFactorsAtOnce);
    }

    /// <summary>The same adapters on a second copy of the model: the same weights, with gradients of their own.</summary>
    /// <param name="second">A model with this one's layers.</param>
    public AdapterNetwork Twin(IDiffusionModel second) =>
        new(blueprints, LayersOf(second), Parameters.Twin(), settings, makesFactorsAtOnce: factors is not null);

    /// <summary>
    /// Says which pass through the models comes next; dropouts depend on it. Before it, and after <see cref="EndPass"/>, nothing is
    /// dropped.
    /// </summary>
    /// <param name="pass">Its number in the whole training, from 0.</param>
    /// <param name="firstSample">The index in the batch of the first sample that these models see.</param>
    public void BeginPass(long pass, int firstSample = 0)
    {
        place.Pass = pass;
        place.FirstSample = firstSample;
        factors?.Fill();
    }

    /// <summary>Ends the pass and its dropouts, for previews and the validation: the gradients of all weights are there now.</summary>
    public void EndPass()
    {
        place.Pass = null;
        factors?.TakeBack();
    }

    /// <summary>
    /// sd-scripts' <c>scale_weight_norms</c>: changes of a layer's weight that are longer than this are scaled down to it. LoHa and LoCon
    /// keep the scale in a number of their own, as LyCORIS does, LoKr and <c>networks.lora</c> spread it over their factors.
    /// </summary>
    /// <param name="max">The longest that is allowed (L2 norm).</param>
    public void ScaleWeightNorms(double max)
    {
        using var ungraded = no_grad();
        foreach (var module in Modules.Where(module => module.Kind.ChangesByFactors))
        {
            var norm = module.Norm();
            if (!(norm > max))
                continue;
            if (module.Scalar is { } scalar && module.Kind.KeepsNormInScalar)
            {
                scalar.mul_(max / norm);
                continue;
            }

            var share = Math.Pow(max / norm, 1.0 / module.Factors.Count);
            foreach (var factor in module.Factors.Values)
                factor.mul_(share);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var module in Modules)
            module.Layer.Adapter = null;
        factors?.Dispose();
        Parameters.Dispose();
    }

    private static Dictionary<string, AdaptableLayer> LayersOf(IDiffusionModel model) =>
        model.Parts.SelectMany(part => part.Adaptable).ToDictionary(layer => layer.Name);

    private static void StartFrom(LoraReader start, IReadOnlyList<AdapterBlueprint> blueprints, ParameterBuffer parameters)
    {
        var byLayer = blueprints.ToDictionary(blueprint => blueprint.Layer);
        foreach (var held in start.Layers)
        {
            if (!byLayer.TryGetValue(held.Layer, out var blueprint))
                throw start.Misfit(
                    $"it has weights for layer {held.Layer.Name}, which gets no adapter in this training and would lose them");
            blueprint.Fill(parameters, start, held);
        }
    }
}
