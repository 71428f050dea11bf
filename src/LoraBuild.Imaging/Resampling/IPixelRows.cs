namespace LoraBuild.Imaging.Resampling;

/// <summary>Something that can be read row by row, four bytes a pixel.</summary>
internal interface IPixelRows
{
    /// <summary>Pixels a row.</summary>
    int Width { get; }

    /// <summary>Rows.</summary>
    int Height { get; }

    /// <summary>True if a row is white from end to end, as all such rows are.</summary>
    bool IsWhite(int y);

    /// <summary>One row, valid until the next call.</summary>
    ReadOnlySpan<uint> Row(int y);
}
