namespace LoraBuild.Imaging.Resampling;

/// <summary>Something that can be read row by row, four bytes a pixel.</summary>
internal interface IPixelRows
{
    /// <summary>Pixels a row.</summary>
    int Width { get; }

    /// <summary>Rows.</summary>
    int Height { get; }

    /// <summary>One row, valid until the next call.</summary>
    ReadOnlySpan<uint> Row(int y);
}
