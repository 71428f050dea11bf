using LoraBuild.Imaging.Rasters;
using LoraBuild.Imaging.Resampling;

namespace LoraBuild.Imaging.Sheets;

/// <summary>
/// A sheet of pictures before and after their edits: a numbered row for each picture, the source first, then what becomes of it.
/// </summary>
public static class EditSheet
{
    /// <summary>Rows of a sheet; more rows make more sheets.</summary>
    public const int RowsPerSheet = 40;

    /// <summary>The longer side of a thumbnail, in pixels.</summary>
    public const int CellSide = 256;

    private const int Gap = 16;
    private const int NumberWidth = 64;
    private const int DigitScale = 4;
    private const byte Paper = 0xE8;

    // Three dots a line, five lines from the top.
    private static readonly string[] Digits =
    [
        "111101101101111", "010110010010111", "111001111100111", "111001111001111", "101101111001001",
        "111100111001111", "111100111101111", "111001010010010", "111101111101111", "111101111001111",
    ];

    /// <summary>The thumbnail of an opaque picture: shrunk to fit a cell, never enlarged.</summary>
    public static Raster Thumbnail(Raster picture)
    {
        var scale = Math.Min(1.0, (double)CellSide / Math.Max(picture.Width, picture.Height));
        return PictureResampler.Resize(
            picture, Math.Max(1, (int)Math.Round(picture.Width * scale)), Math.Max(1, (int)Math.Round(picture.Height * scale)));
    }

    /// <summary>Draws a sheet.</summary>
    /// <param name="firstNumber">The number of the first row.</param>
    /// <param name="rows">For each row thumbnails: before, then one or more after.</param>
    public static Raster Draw(int firstNumber, IReadOnlyList<IReadOnlyList<Raster>> rows)
    {
        var columns = rows.Max(row => row.Count);
        var sheet = new Raster(NumberWidth + columns * (CellSide + Gap), Gap + rows.Count * (CellSide + Gap));
        Array.Fill(sheet.Pixels, Paper);
        for (var i = 3; i < sheet.Pixels.Length; i += 4)
            sheet.Pixels[i] = 255;
        for (var row = 0; row < rows.Count; row++)
        {
            var top = Gap + row * (CellSide + Gap);
            DrawNumber(sheet, firstNumber + row, top);
            for (var column = 0; column < rows[row].Count; column++)
            {
                var picture = rows[row][column];
                var left = NumberWidth + column * (CellSide + Gap) + (CellSide - picture.Width) / 2;
                for (var y = 0; y < picture.Height; y++)
                    picture.Pixels(y).CopyTo(sheet.Pixels(top + (CellSide - picture.Height) / 2 + y)[left..]);
            }
        }

        return sheet;
    }

    private static void DrawNumber(Raster sheet, int number, int top)
    {
        var left = Gap / 2;
        foreach (var digit in $"{number}")
        {
            for (var dot = 0; dot < 15; dot++)
            {
                if (Digits[digit - '0'][dot] == '1')
                    FillDot(sheet, left + dot % 3 * DigitScale, top + dot / 3 * DigitScale);
            }

            left += 4 * DigitScale;
        }
    }

    private static void FillDot(Raster sheet, int left, int top)
    {
        for (var y = 0; y < DigitScale; y++)
        {
            for (var x = 0; x < DigitScale; x++)
                sheet.Row(top + y).Slice((left + x) * 4, 3).Clear();
        }
    }
}
