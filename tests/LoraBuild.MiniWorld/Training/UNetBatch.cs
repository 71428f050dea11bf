namespace LoraBuild.MiniWorld.Training;

/// <summary>What a step of the UNet's training takes that can be made before it, without the device.</summary>
/// <param name="Latents">Which drawings.</param>
/// <param name="Ids">The captions' tokens.</param>
/// <param name="Timesteps">One a drawing.</param>
/// <param name="Noise">What is to be predicted, and then what the latents are sampled with.</param>
internal sealed record UNetBatch(LatentChoice Latents, long[] Ids, long[] Timesteps, float[] Noise);
