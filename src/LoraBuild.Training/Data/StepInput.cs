using LoraBuild.Diffusion.Families;

namespace LoraBuild.Training.Data;

/// <summary>The samples that one optimizer step, or a part of it, learns from.</summary>
/// <param name="Texts">Each caption, tokenized.</param>
/// <param name="Latents">[batch, channels, height, width], scaled, float32.</param>
/// <param name="Noise">The noise that is added to the latents and is to be predicted; of their shape.</param>
/// <param name="Timesteps">One of 0..999 for each of the batch.</param>
public sealed record StepInput(IReadOnlyList<TokenizedText> Texts, Tensor Latents, Tensor Noise, long[] Timesteps)
{
    /// <summary>The number of the batch in the whole training, from 0: what adapters drop depends on it.</summary>
    public long Pass { get; init; }

    /// <summary>The index in the batch of the first of these samples.</summary>
    public int FirstSample { get; init; }

    /// <summary>
    /// Noise that is added to the latents besides <see cref="Noise"/> and is not to be predicted (arXiv:2301.11706); of their shape. Null:
    /// none.
    /// </summary>
    public Tensor? Perturbation { get; init; }

    /// <summary>
    /// The weight of each place in the loss: [batch, 1, any height, any width], 0 to 1, float32, on the device of <see cref="Latents"/>. It
    /// is brought to their size by averaging areas. Null: all places count fully.
    /// </summary>
    public Tensor? Mask { get; init; }

    /// <summary>The weight of each sample of the batch in the loss: <c>prior_loss_weight</c> for regularisation images. Null: 1.</summary>
    public IReadOnlyList<double>? Weights { get; init; }

    /// <summary>The encoded texts, where they are cached; null: they are encoded in the step.</summary>
    public Conditioning? Encoded { get; init; }

    /// <summary>Some samples of the batch, as views of the same tensors.</summary>
    public StepInput Part(int start, int count) => new(
        [.. Texts.Skip(start).Take(count)], Latents.narrow(0, start, count), Noise.narrow(0, start, count),
        Timesteps[start..(start + count)])
    {
        Pass = Pass,
        FirstSample = FirstSample + start,
        Perturbation = Perturbation?.narrow(0, start, count),
        Mask = Mask?.narrow(0, start, count),
        Encoded = Encoded?.Part(start, count),
        Weights = Weights?.Skip(start).Take(count).ToList(),
    };
}
