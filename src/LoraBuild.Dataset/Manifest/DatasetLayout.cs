using System.Globalization;
using LoraBuild.Base.Files;

namespace LoraBuild.Dataset.Manifest;

/// <summary>Paths of pictures in the dataset folder: a sub-folder for each number of repeats, named as sd-scripts reads it.</summary>
public static class DatasetLayout
{
    /// <summary>The folder below the dataset's that holds the regularisation images' groups: sd-scripts' <c>reg_data_dir</c>.</summary>
    public const string RegularizationFolder = "regularization";

    /// <summary>
    /// The manifest of these pictures: groups by repeats, highest first, and by trigger word, then those of regularisation images; within a
    /// group by file name.
    /// </summary>
    /// <param name="triggers">The trigger words of the project's characters.</param>
    /// <param name="pictures">The pictures; their ids are unique.</param>
    /// <param name="regularization">Regularisation images, whose trigger word is their class.</param>
    public static DatasetManifest Arrange(
        IReadOnlyList<string> triggers, IEnumerable<CaptionedPicture> pictures,
        IEnumerable<CaptionedPicture>? regularization = null) => new(
        triggers,
        [
            .. Groups(pictures),
            .. Groups(regularization ?? [])
                .Select(group => group with { Folder = $"{RegularizationFolder}/{group.Folder}", IsRegularization = true }),
        ]);

    private static IEnumerable<DatasetGroup> Groups(IEnumerable<CaptionedPicture> pictures) => pictures
            // Trigger words that differ only in what folder names cannot hold share a folder.
            .GroupBy(picture => FolderName(picture.Repeats, picture.Trigger), StringComparer.OrdinalIgnoreCase)
            .Select(group => new DatasetGroup(
                group.Key, group.First().Repeats, [.. group.OrderBy(picture => picture.Id, StringComparer.Ordinal).Select(Describe)]))
            .OrderByDescending(group => group.Repeats)
            .ThenBy(group => group.Folder, StringComparer.Ordinal);

    /// <summary>
    /// <c>16_hoshinoaoi</c>: sd-scripts takes the number as repeats and the rest as the caption of pictures that have none.
    /// </summary>
    public static string FolderName(int repeats, string trigger) =>
        string.Create(CultureInfo.InvariantCulture, $"{repeats}_{InnerPath.SafeName(trigger)}");

    private static DatasetPicture Describe(CaptionedPicture picture) => new(
        picture.Id + ".png", picture.Content.ToString(), picture.Facts.Width, picture.Facts.Height, picture.Caption, picture.Source,
        picture.Outfit);
}
