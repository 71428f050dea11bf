using System.Globalization;
using LoraBuild.Core.Files;

namespace LoraBuild.Core.Manifest;

/// <summary>Where the pictures go in the dataset folder: a sub-folder for each number of repeats, named as sd-scripts reads it.</summary>
public static class DatasetLayout
{
    private const string NotInFolderNames = "/\\:*?\"<>|";

    /// <summary>The manifest of these pictures: groups by repeats, highest first; within a group by file name.</summary>
    public static DatasetManifest Arrange(string trigger, IEnumerable<CaptionedPicture> pictures) => new(
        trigger,
        [.. pictures
            .GroupBy(picture => picture.Repeats)
            .OrderByDescending(group => group.Key)
            .Select(group => new DatasetGroup(FolderName(group.Key, trigger), group.Key, [.. group.OrderBy(picture => picture.Id, StringComparer.Ordinal).Select(Describe)]))]);

    /// <summary><c>16_hoshinoaoi</c>: sd-scripts takes the number as repeats and the rest as the caption of pictures that have none.</summary>
    public static string FolderName(int repeats, string trigger)
    {
        var name = string.Concat(trigger.Where(c => !NotInFolderNames.Contains(c, StringComparison.Ordinal) && !char.IsControl(c))).Trim();
        return string.Create(CultureInfo.InvariantCulture, $"{repeats}_{name}");
    }

    private static DatasetPicture Describe(CaptionedPicture picture)
    {
        var size = PngHeader.ReadSize(picture.Png);
        return new DatasetPicture(
            picture.Id + ".png", picture.Content.ToString(), size.Width, size.Height, picture.Caption, picture.Source, picture.Outfit);
    }
}
