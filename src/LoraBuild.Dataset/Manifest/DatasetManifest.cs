namespace LoraBuild.Dataset.Manifest;

/// <summary>
/// The content of <c>dataset.json</c>: the captioned dataset that the pipeline made and that training reads. It lies in the dataset folder,
/// which is laid out as sd-scripts expects it (<c>REPEATS_TRIGGER/NAME.png</c> with <c>NAME.txt</c> beside it).
/// </summary>
/// <param name="Triggers">The characters' trigger words: one of them is the first tag of every caption.</param>
/// <param name="Groups">A group for each character and number of repeats; highest number of repeats first, then by folder
/// (ordinal).</param>
public sealed record DatasetManifest(IReadOnlyList<string> Triggers, IReadOnlyList<DatasetGroup> Groups)
{
    /// <summary>
    /// The number of samples of the characters in one pass over the data: the sum over the groups of repeats times pictures, without
    /// regularisation images.
    /// </summary>
    public int SamplesPerEpoch => Groups.Where(group => !group.IsRegularization).Sum(group => group.Repeats * group.Pictures.Count);
}

/// <summary>The pictures of a character that are shown equally often in an epoch.</summary>
/// <param name="Folder">The folder's name below the dataset folder: <c>REPEATS_TRIGGER</c>.</param>
/// <param name="Repeats">The number of times that an epoch shows each picture; at least 1.</param>
/// <param name="Pictures">The pictures, ordered by file name (ordinal).</param>
/// <param name="IsRegularization">True for regularisation images: others of her class, and not herself.</param>
public sealed record DatasetGroup(string Folder, int Repeats, IReadOnlyList<DatasetPicture> Pictures, bool IsRegularization = false);

/// <summary>One picture of the finished dataset.</summary>
/// <param name="File">The PNG's name within its group's folder; its caption lies beside it as <c>.txt</c>.</param>
/// <param name="Sha256">SHA-256 of the PNG's bytes, lower-case hexadecimal.</param>
/// <param name="Width">Width in pixels.</param>
/// <param name="Height">Height in pixels.</param>
/// <param name="Caption">The caption: tags separated by a comma and a space, the trigger first.</param>
/// <param name="Source">The picture it came from, relative to the project.</param>
/// <param name="Outfit">The outfit that she wears, or null where none is known.</param>
public sealed record DatasetPicture(string File, string Sha256, int Width, int Height, string Caption, string Source, string? Outfit);
