namespace LoraBuild.Dataset.Edits;

/// <summary>A person as a detector sees one: a box in pixels of the upright picture, within it.</summary>
/// <param name="Left">Left edge.</param>
/// <param name="Top">Upper edge.</param>
/// <param name="Right">Right edge, exclusive.</param>
/// <param name="Bottom">Lower edge, exclusive.</param>
/// <param name="Score">The detector's confidence, 0 to 1.</param>
public sealed record PersonBox(double Left, double Top, double Right, double Bottom, double Score)
{
    /// <summary>In square pixels.</summary>
    public double Area => (Right - Left) * (Bottom - Top);

    /// <summary>Intersection over union with another box, 0 to 1.</summary>
    public double OverlapWith(PersonBox other)
    {
        var across = Math.Min(Right, other.Right) - Math.Max(Left, other.Left);
        var down = Math.Min(Bottom, other.Bottom) - Math.Max(Top, other.Top);
        if (across <= 0 || down <= 0)
            return 0;
        return across * down / (Area + other.Area - across * down);
    }
}
