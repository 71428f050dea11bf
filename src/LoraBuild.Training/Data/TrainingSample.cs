using LoraBuild.Base.Geometry;
using LoraBuild.Diffusion.Families;

namespace LoraBuild.Training.Data;

/// <summary>One picture as a step sees it, with all that is random about it.</summary>
/// <param name="Picture">The picture.</param>
/// <param name="View">The part of it.</param>
/// <param name="Text">The caption, tokenized.</param>
/// <param name="Timestep">0..999.</param>
/// <param name="Noise">The noise to add and to predict: channels x height / 8 x width / 8. Null where it depends on the latents.</param>
/// <param name="PosteriorNoise">Standard normal, of the same size: which latents of the picture's distribution.</param>
public sealed record TrainingSample(
    TrainingPicture Picture, PictureView View, TokenizedText Text, long Timestep, float[]? Noise, float[] PosteriorNoise)
{
    /// <summary>Noise to add and not to predict, of the same size; null: none.</summary>
    public float[]? Perturbation { get; init; }

    /// <summary>The view: 3 x height x width, in -1..1; null where its latents are cached.</summary>
    public float[]? Pixels { get; init; }

    /// <summary>The weight of each position of the latents in the loss, height / 8 x width / 8, in 0..1; null: fully.</summary>
    public float[]? Mask { get; init; }

    /// <summary>The weight of the sample in the loss.</summary>
    public double Weight { get; init; } = 1;
}

/// <summary>The part of a resized picture that a sample shows.</summary>
/// <param name="Picture">The picture's index.</param>
/// <param name="Left">Columns cut away at the left.</param>
/// <param name="Top">Rows cut away at the top.</param>
/// <param name="Mirrored">True if left and right are exchanged.</param>
/// <param name="Colours">The change of its colours.</param>
public readonly record struct PictureView(int Picture, int Left, int Top, bool Mirrored, ColourChange Colours)
{
    /// <summary>The middle of a picture in its own colours.</summary>
    public static PictureView Centre(TrainingPicture picture, bool mirrored) =>
        new(picture.Index, picture.Placement.CentreCrop.Left, picture.Placement.CentreCrop.Top, mirrored, ColourChange.None);
}

/// <summary>The samples that go through the models together.</summary>
/// <param name="Step">The number of the batch in the whole training, from 0: that of the step where none are accumulated.</param>
/// <param name="Size">Their size in pixels.</param>
/// <param name="Samples">The samples.</param>
public sealed record TrainingBatch(int Step, PixelSize Size, IReadOnlyList<TrainingSample> Samples)
{
    /// <summary>
    /// The samples' masks, [batch, 1, height, width] at the size of the latents, float32; ones for samples without. Null where none has
    /// one.
    /// </summary>
    public Tensor? Mask(long height, long width)
    {
        if (Samples.All(sample => sample.Mask is null))
            return null;
        var places = new float[Samples.Count * height * width];
        Array.Fill(places, 1);
        for (var i = 0; i < Samples.Count; i++)
            Samples[i].Mask?.CopyTo(places, i * height * width);
        return tensor(places).view(Samples.Count, 1, height, width);
    }
}
