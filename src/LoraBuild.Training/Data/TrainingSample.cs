namespace LoraBuild.Training.Data;

/// <summary>One picture as a step sees it, with all that is random about it.</summary>
/// <param name="Picture">The picture.</param>
/// <param name="View">Which part of it.</param>
/// <param name="Pixels">The part: 3 x height x width, in -1..1.</param>
/// <param name="Tokens">The caption's chunks of 77 token ids.</param>
/// <param name="Timestep">0..999.</param>
/// <param name="Noise">The noise to add and to predict, offset included: channels x height / 8 x width / 8.</param>
/// <param name="PosteriorNoise">Standard normal, of the same size: which latents of the picture's distribution.</param>
public sealed record TrainingSample(
    TrainingPicture Picture, PictureView View, float[] Pixels, long[][] Tokens, long Timestep, float[] Noise, float[] PosteriorNoise);
