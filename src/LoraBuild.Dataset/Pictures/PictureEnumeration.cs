using System.Globalization;

namespace LoraBuild.Dataset.Pictures;

/// <summary>Names pictures in a message.</summary>
public static class PictureEnumeration
{
    private const int Most = 8;

    /// <summary><c>a, b, c</c>; of many, the first few and how many more there are.</summary>
    public static string Of(IReadOnlyCollection<string> pictures)
    {
        var named = string.Join(", ", pictures.Take(Most));
        return pictures.Count <= Most ? named : string.Create(CultureInfo.InvariantCulture, $"{named} and {pictures.Count - Most} more");
    }
}
