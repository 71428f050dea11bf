using LoraBuild.Base.Randomness;
using LoraBuild.Diffusion.Families;
using LoraBuild.Diffusion.Layers;
using LoraBuild.Settings;
using LoraBuild.Training.Adapters.Algorithms;
using LoraBuild.Training.Adapters.Files;
using LoraBuild.Training.Parameters;
using LoraBuild.Training.Randomness;

namespace LoraBuild.Training.Adapters;

/// <summary>The tensors of a trained adapter, before there is room for them.</summary>
internal sealed class AdapterBlueprint
{
    private readonly ParameterGroup group;
    private readonly PartKind part;
    private readonly double rateFactor, plusRatio;
    private readonly long[]? lengthsShape;
    private readonly bool hasScalar, trainsScalar;

    private AdapterBlueprint(
        AdaptableLayer layer,
        ParameterGroup group,
        PartKind part,
        AdapterKind kind,
        IReadOnlyList<AdapterFactor> factors,
        double alpha,
        double rateFactor,
        IReadOnlyList<long>? lengthsShape,
        TrainingSettings settings)
    {
        (Layer, Kind, Factors, Alpha) = (layer, kind, factors, alpha);
        (this.group, this.part, this.rateFactor, this.lengthsShape) = (group, part, rateFactor, lengthsShape?.ToArray());
        plusRatio = (part == PartKind.Denoiser ? settings.LoraplusUnetLrRatio : settings.LoraplusTextEncoderLrRatio)
            ?? settings.LoraplusLrRatio ?? 1;
        trainsScalar = settings.UseScalar && kind.ChangesByFactors && group != ParameterGroup.Untrained;
        // LyCORIS' adapters shorten their change by it, whether it is learnt or not.
        hasScalar = kind.ChangesByFactors && (settings.UseScalar
            || (settings.ScaleWeightNorms is not null && settings.Algo != AdapterAlgorithm.Lora && kind.KeepsNormInScalar));
    }

    /// <summary>The layer.</summary>
    public AdaptableLayer Layer { get; }

    /// <summary>The kind of the adapter.</summary>
    public AdapterKind Kind { get; }

    /// <summary>The kind's tensors.</summary>
    public IReadOnlyList<AdapterFactor> Factors { get; }

    /// <summary>The change is scaled by alpha over the rank.</summary>
    public double Alpha { get; }

    /// <summary>New adapters for these layers.</summary>
    public static IReadOnlyList<AdapterBlueprint> Of(IEnumerable<AdapterPlace> places, TrainingSettings settings) =>
    [
        .. places.Select(place =>
        {
            var kind = AdapterKind.Of(settings.Algo, place.Layer);
            var factors = kind.NewFactors(place.Layer, place.Rank, settings);
            // Files know alpha over rank alone, so that rs_lora's scale goes into alpha; and for an alpha that does not count LyCORIS takes
            // the rank.
            var alpha = (kind.RankOf(factors) is null ? place.Rank : place.Alpha) * (settings.RsLora ? Math.Sqrt(place.Rank) : 1);
            var lengths = settings.DoraWd && kind.ChangesByFactors
                ? WeightDecomposition.LengthsShape(place.Layer, settings.WdOnOutput)
                : null;
            return new AdapterBlueprint(place.Layer, place.Group, place.Kind, kind, factors, alpha, place.RateFactor, lengths, settings);
        }),
    ];

    /// <summary>Adapters like those of a file, on the layers that may be trained.</summary>
    public static IReadOnlyList<AdapterBlueprint> Of(LoraReader file, IDiffusionModel model, TrainingSettings settings)
    {
        var groups = AdapterSelection.GroupsOf(model, settings).ToDictionary(place => place.Layer);
        return [.. file.Layers.Where(held => groups.ContainsKey(held.Layer)).Select(held => new AdapterBlueprint(
            held.Layer,
            groups[held.Layer].Group,
            groups[held.Layer].Kind,
            held.Kind,
            held.Factors,
            held.Alpha,
            AdapterSelection.RateFactor(model, held.Layer, settings),
            held.LengthsShape,
            settings))];
    }

    /// <summary>The room that it needs.</summary>
    public IEnumerable<ParameterShape> Shapes()
    {
        foreach (var factor in Factors)
        {
            var isRaised = Kind.PlusFactor is { } raised && factor.Name.StartsWith(raised, StringComparison.Ordinal);
            var ratio = isRaised ? plusRatio : 1;
            yield return new(NameOf(factor.Name), group, factor.Shape, rateFactor * ratio);
        }

        if (hasScalar)
            yield return new(NameOf(AdapterKind.ScalarName), trainsScalar ? group : ParameterGroup.Untrained, [], rateFactor);
        if (lengthsShape is not null)
            yield return new(NameOf(AdapterKind.LengthsName), group, lengthsShape, rateFactor);
    }

    /// <summary>Writes the weights of a new adapter.</summary>
    public void Fill(ParameterBuffer parameters, long seed)
    {
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        for (var i = 0; i < Factors.Count; i++)
        {
            var random = new CounterRandom(seed, (long)RandomPurpose.AdapterWeights, NameHash.Of(Layer.Name), i);
            Factors[i].First.Fill(parameters[NameOf(Factors[i].Name)], random);
        }

        if (hasScalar)
            parameters[NameOf(AdapterKind.ScalarName)].fill_(trainsScalar ? 0 : 1);
        if (lengthsShape is not null)
        {
            var lengths = parameters[NameOf(AdapterKind.LengthsName)];
            lengths.copy_(WeightDecomposition.Lengths(Layer.Weight.to_type(ScalarType.Float32), lengths));
        }
    }

    /// <summary>Writes the weights of a file's adapter.</summary>
    /// <exception cref="LoraBuild.Base.Diagnostics.LoraBuildException">LB4005: it is of another kind or rank.</exception>
    public void Fill(ParameterBuffer parameters, LoraReader file, LoraLayer held)
    {
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        var alike = held.Kind == Kind && held.Factors.Select(Described).SequenceEqual(Factors.Select(Described));
        if (!alike || held.LengthsShape is null != lengthsShape is null)
        {
            throw file.Misfit(
                $"layer {Layer.Name} has {string.Join(", ", held.Factors.Select(Described))}, but the settings ask for "
                    + $"{string.Join(", ", Factors.Select(Described))}; LoraDimFromWeights takes what the file has");
        }

        foreach (var factor in Factors)
            parameters[NameOf(factor.Name)].copy_(file.Load(held, factor, parameters.Values.device));
        if (lengthsShape is not null)
            parameters[NameOf(AdapterKind.LengthsName)].copy_(file.LoadLengths(held, parameters.Values.device)!);
        if (hasScalar)
            parameters[NameOf(AdapterKind.ScalarName)].fill_(1);
        // The change stays the file's, whatever alpha is from now on.
        if (held.Alpha != Alpha && Kind.RankOf(Factors) is not null)
            parameters[NameOf(Kind.ScaledFactor(Factors.Select(factor => factor.Name)))].mul_(held.Alpha / Alpha);
    }

    /// <summary>The adapter over its place in the buffers.</summary>
    /// <param name="layer">The layer, or the same one of a copy of the models.</param>
    /// <param name="parameters">The buffers.</param>
    /// <param name="settings">The dropouts.</param>
    /// <param name="place">The place in the training.</param>
    public AdapterModule Build(AdaptableLayer layer, ParameterBuffer parameters, TrainingSettings settings, DropoutPlace place) => new(
        layer,
        Kind,
        Factors,
        Factors.ToDictionary(factor => factor.Name, factor => parameters[NameOf(factor.Name)]),
        Alpha,
        hasScalar ? parameters[NameOf(AdapterKind.ScalarName)] : null,
        lengthsShape is null ? null : parameters[NameOf(AdapterKind.LengthsName)],
        // LyCORIS' norm adapters know no dropout of single values.
        AdapterDropout.IsIn(settings)
            ? new(
                Kind.ChangesByFactors ? settings : settings with { NetworkDropout = 0 }, place, layer.Name,
                perSample: part == PartKind.Denoiser)
            : null);

    private static string Described(AdapterFactor factor) => $"{factor.Name} [{string.Join(", ", factor.Shape)}]";

    private string NameOf(string tensor) => $"{Layer.Name}.{tensor}";
}
