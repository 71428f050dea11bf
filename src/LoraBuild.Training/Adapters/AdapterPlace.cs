using LoraBuild.Diffusion.Layers;
using LoraBuild.Training.Parameters;

namespace LoraBuild.Training.Adapters;

/// <summary>A layer that gets an adapter, and how large that is.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Group">Which learning rate its weights follow.</param>
/// <param name="Rank">The rank, from 1.</param>
/// <param name="Alpha">The change is scaled by alpha over the rank.</param>
/// <param name="RateFactor">What the learning rate is multiplied by.</param>
internal sealed record AdapterPlace(AdaptableLayer Layer, ParameterGroup Group, int Rank, double Alpha, double RateFactor);
