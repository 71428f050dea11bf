using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Imaging.Resampling;

/// <summary>
/// The rows of the square on white that has the picture in its middle, the odd pixel right and below. The square itself, which can be many
/// times as large as the picture, is never made.
/// </summary>
internal sealed class SquareRows : IPixelRows
{
    private readonly Raster picture;
    private readonly uint[] white;
    private readonly uint[] row;
    private readonly int left;
    private readonly int top;

    public SquareRows(Raster picture)
    {
        this.picture = picture;
        Width = Math.Max(picture.Width, picture.Height);
        left = (Width - picture.Width) / 2;
        top = (Width - picture.Height) / 2;
        white = new uint[Width];
        Array.Fill(white, uint.MaxValue);
        row = [.. white];
    }

    /// <inheritdoc/>
    public int Width { get; }

    /// <inheritdoc/>
    public int Height => Width;

    /// <inheritdoc/>
    public bool IsWhite(int y) => y < top || y >= top + picture.Height;

    /// <inheritdoc/>
    public ReadOnlySpan<uint> Row(int y)
    {
        if (IsWhite(y))
            return white;
        if (left == 0 && picture.Width == Width)
            return picture.Pixels(y - top);
        picture.Pixels(y - top).CopyTo(row.AsSpan(left));
        return row;
    }
}
