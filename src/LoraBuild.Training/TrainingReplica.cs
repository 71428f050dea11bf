using LoraBuild.Diffusion.Clip;
using LoraBuild.Diffusion.UNet;
using LoraBuild.Training.Adapters;

namespace LoraBuild.Training;

/// <summary>Models with adapters in place, for one part of a batch.</summary>
/// <param name="TextEncoder">The text encoder; it gets gradients where it has adapters.</param>
/// <param name="UNet">The UNet.</param>
/// <param name="Network">The adapters.</param>
public sealed record TrainingReplica(TextEncoder TextEncoder, UNetModel UNet, AdapterNetwork Network);
