namespace LoraBuild.Training;

/// <summary>What one optimizer step learns from.</summary>
/// <param name="Tokens">Each caption's chunks of 77 token ids.</param>
/// <param name="Latents">[batch, 4, height, width], scaled, float32.</param>
/// <param name="Noise">What is added to the latents and is to be predicted; of their shape.</param>
/// <param name="Timesteps">One of 0..999 for each of the batch.</param>
public sealed record StepInput(IReadOnlyList<long[][]> Tokens, Tensor Latents, Tensor Noise, long[] Timesteps)
{
    /// <summary>Some samples of the batch, as views of the same tensors.</summary>
    public StepInput Part(int start, int count) => new(
        [.. Tokens.Skip(start).Take(count)], Latents.narrow(0, start, count), Noise.narrow(0, start, count), Timesteps[start..(start + count)]);
}
