namespace LoraBuild.Dataset.Manifest;

/// <summary>The pictures of a character that are shown equally often in an epoch.</summary>
/// <param name="Folder">The folder's name below the dataset folder: <c>REPEATS_TRIGGER</c>.</param>
/// <param name="Repeats">The number of times that an epoch shows each picture; at least 1.</param>
/// <param name="Pictures">The pictures, ordered by file name (ordinal).</param>
/// <param name="IsRegularization">True for regularisation images: others of her class, and not herself.</param>
public sealed record DatasetGroup(string Folder, int Repeats, IReadOnlyList<DatasetPicture> Pictures, bool IsRegularization = false);
