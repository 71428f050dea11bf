using LoraBuild.Base.Randomness;
using LoraBuild.Settings;
using LoraBuild.Training.Randomness;

namespace LoraBuild.Training.Adapters;

/// <summary>
/// The dropouts of an adapter at a step: a function of the seed, the step, the layer's name and, for a layer of the UNet, the sample, so
/// that neither recomputation in the backward pass nor resuming nor the number of replicas changes it.
/// </summary>
/// <remarks>
/// sd-scripts' <c>networks.lora</c> drops ranks sample by sample and single low-rank values, and scales up what is left. LyCORIS drops
/// output channels of the change at each step without scaling, and, in its bypass mode, single values of what is added to the output.
/// </remarks>
/// <param name="settings">The rates.</param>
/// <param name="place">The place in the training.</param>
/// <param name="layer">The layer's name.</param>
/// <param name="perSample">
/// True if the rows of the layer's input are samples. The text encoder's are not, because it sees chunks of captions, equal ones once: what
/// is dropped there is the same for all of them.
/// </param>
public sealed class AdapterDropout(TrainingSettings settings, DropoutPlace place, string layer, bool perSample)
{
    private readonly long layerHash = NameHash.Of(layer);
    private readonly bool lowRank = settings.Algo == AdapterAlgorithm.Lora;

    /// <summary>True if these settings drop anything.</summary>
    public static bool IsIn(TrainingSettings settings) =>
        settings.NetworkDropout > 0 || settings.RankDropout > 0 || settings.ModuleDropout > 0;

    /// <summary>True if this step leaves the adapter out.</summary>
    public bool DropsModule => place.Pass is { } pass && DropsModuleIn(pass);

    /// <summary>True if values of what is added to the layer's output are dropped.</summary>
    public bool DropsOutput => place.Pass is not null && settings.NetworkDropout > 0 && !lowRank;

    /// <summary>True if a pass leaves the adapter out.</summary>
    /// <param name="pass">Its number in the whole training, from 0.</param>
    public bool DropsModuleIn(long pass) =>
        settings.ModuleDropout > 0 && StreamOf(pass, RandomPurpose.ModuleDropout).NextDouble() < settings.ModuleDropout;

    /// <summary>0 for each dropped output channel of the change, 1 for the others, [channels]; null where none is.</summary>
    public Tensor? Rows(long channels, Device device) =>
        place.Pass is null || settings.RankDropout == 0 || lowRank
            ? null
            : tensor(Kept(Stream(RandomPurpose.RankDropout), channels), device: device);

    /// <summary>The low-rank values that are kept, [..., rank] or [batch, rank, height, width].</summary>
    public Tensor Between(Tensor values)
    {
        if (place.Pass is null || !lowRank)
            return values;
        using var scope = NewDisposeScope();
        var left = settings.NetworkDropout > 0 ? Values(values) : values;
        if (settings.RankDropout > 0)
        {
            var rankAxis = values.dim() == 4 ? 1 : values.dim() - 1;
            var kept = RowsOf(values).SelectMany(row => Kept(Stream(RandomPurpose.RankDropout, row), values.shape[rankAxis])).ToArray();
            var shape = values.shape.Select((size, axis) => axis == rankAxis ? size : axis == 0 ? -1 : 1).ToArray();
            left = left * tensor(kept, device: values.device).view(shape).to_type(values.dtype) * (1 / (1 - settings.RankDropout));
        }

        return ReferenceEquals(left, values) ? values : left.MoveToOuterDisposeScope();
    }

    /// <summary>The values without some single ones that are dropped, scaled up so that their mean stays.</summary>
    /// <param name="values">The samples are its first axis.</param>
    public Tensor Values(Tensor values)
    {
        using var scope = NewDisposeScope();
        var kept = 1 - settings.NetworkDropout;
        var masks = RowsOf(values).Select(row =>
        {
            using var generator = new Generator((ulong)Stream(RandomPurpose.NetworkDropout, row).NextInt(long.MaxValue), values.device);
            return empty([1, .. values.shape.AsSpan(1)], dtype: values.dtype, device: values.device).bernoulli_(kept, generator);
        });
        return (values * cat([.. masks], 0) * (1 / kept)).MoveToOuterDisposeScope();
    }

    private IEnumerable<long> RowsOf(Tensor values) =>
        perSample ? Enumerable.Range(place.FirstSample, (int)values.shape[0]).Select(row => (long)row) : [0];

    private float[] Kept(CounterRandom random, long count)
    {
        var kept = new float[count];
        foreach (ref var one in kept.AsSpan())
            one = random.NextDouble() < settings.RankDropout ? 0 : 1;
        return kept;
    }

    private CounterRandom Stream(RandomPurpose purpose, long row = 0) => StreamOf(place.Pass!.Value, purpose, row);

    private CounterRandom StreamOf(long pass, RandomPurpose purpose, long row = 0) =>
        new(settings.Seed, (long)purpose, pass, layerHash, row);
}

/// <summary>The place of a network's adapters in the training; their dropouts are a function of it.</summary>
public sealed class DropoutPlace
{
    /// <summary>
    /// The number of the pass through the models that is going on, from 0; null outside the training, where nothing is dropped.
    /// </summary>
    public long? Pass { get; set; }

    /// <summary>The first of the batch's samples that these models see.</summary>
    public int FirstSample { get; set; }
}
