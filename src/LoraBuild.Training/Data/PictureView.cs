namespace LoraBuild.Training.Data;

/// <summary>The part of a resized picture that a sample shows.</summary>
/// <param name="Picture">The picture's index.</param>
/// <param name="Left">Columns cut away at the left.</param>
/// <param name="Top">Rows cut away at the top.</param>
/// <param name="Mirrored">Whether left and right are exchanged.</param>
/// <param name="Colours">How its colours are changed.</param>
public readonly record struct PictureView(int Picture, int Left, int Top, bool Mirrored, ColourChange Colours)
{
    /// <summary>The middle of a picture in its own colours.</summary>
    public static PictureView Centre(TrainingPicture picture, bool mirrored) =>
        new(picture.Index, picture.Placement.CentreCrop.Left, picture.Placement.CentreCrop.Top, mirrored, ColourChange.None);
}
