using LoraBuild.Diffusion.Layers;

namespace LoraBuild.Training.Adapters.Files;

/// <summary>What a LoRA file holds for a layer.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Kind">What the tensors mean.</param>
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
    IReadOnlyDictionary<string, string> Keys);
