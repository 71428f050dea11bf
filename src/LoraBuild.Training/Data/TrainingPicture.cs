using LoraBuild.Settings.Buckets;

namespace LoraBuild.Training.Data;

/// <summary>A picture of the dataset with its place in training.</summary>
/// <param name="Index">Its number in the dataset, from 0.</param>
/// <param name="Path">The PNG.</param>
/// <param name="Name">Its name in messages: group folder and file.</param>
/// <param name="Caption">Its caption.</param>
/// <param name="Repeats">How often an epoch shows it.</param>
/// <param name="Placement">The bucket, and the size to resize to before cropping.</param>
public sealed record TrainingPicture(int Index, string Path, string Name, string Caption, int Repeats, BucketPlacement Placement)
{
    /// <summary>SHA-256 of the PNG's bytes, lower-case hexadecimal.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>Whether it is a regularisation image: it shows others of her class, and weighs <c>prior_loss_weight</c> in the loss.</summary>
    public bool IsRegularization { get; init; }
}
