namespace LoraBuild.Training.Data;

/// <summary>One picture as a step sees it, with all that is random about it.</summary>
/// <param name="Picture">The picture.</param>
/// <param name="View">Which part of it.</param>
/// <param name="Tokens">The caption's chunks of 77 token ids.</param>
/// <param name="Timestep">0..999.</param>
/// <param name="Noise">The noise to add and to predict: channels x height / 8 x width / 8. Null where it depends on the latents.</param>
/// <param name="PosteriorNoise">Standard normal, of the same size: which latents of the picture's distribution.</param>
public sealed record TrainingSample(
    TrainingPicture Picture, PictureView View, long[][] Tokens, long Timestep, float[]? Noise, float[] PosteriorNoise)
{
    /// <summary>Noise to add and not to predict, of the same size; null: none.</summary>
    public float[]? Perturbation { get; init; }

    /// <summary>The view: 3 x height x width, in -1..1; null where its latents are cached.</summary>
    public float[]? Pixels { get; init; }

    /// <summary>The weights of <see cref="Tokens"/>; null: all weigh 1.</summary>
    public float[][]? TokenWeights { get; init; }

    /// <summary>How much each position of the latents counts in the loss, height / 8 x width / 8, in 0..1; null: fully.</summary>
    public float[]? Mask { get; init; }

    /// <summary>How much the sample counts in the loss.</summary>
    public double Weight { get; init; } = 1;
}
