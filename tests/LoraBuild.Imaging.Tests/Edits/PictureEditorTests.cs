using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Edits;
using LoraBuild.Imaging.Edits;
using LoraBuild.Imaging.Rasters;

namespace LoraBuild.Imaging.Tests.Edits;

public sealed class PictureEditorTests
{
    [Fact]
    public void A_crop_in_pixels_keeps_exactly_its_pixels()
    {
        var source = Fixtures.Noise(10, 8, 1);
        var part = Apply(source, new CropEdit(new Rectangle(2, 3, 9, 5)));
        Assert.Equal((7, 2), (part.Width, part.Height));
        Assert.Equal(Fixtures.Pixel(source, 2, 3), Fixtures.Pixel(part, 0, 0));
        Assert.Equal(Fixtures.Pixel(source, 8, 4), Fixtures.Pixel(part, 6, 1));
    }

    [Fact]
    public void The_halves_of_a_split_share_their_edge_at_an_odd_width()
    {
        var source = Fixtures.Noise(7, 2, 1);
        var left = Apply(source, new CropEdit(new Rectangle(0, 0, 0.5, 1)));
        var right = Apply(source, new CropEdit(new Rectangle(0.5, 0, 1, 1)));
        Assert.Equal((4, 3), (left.Width, right.Width));
    }

    [Fact]
    public void Edits_build_on_each_other_and_leave_the_source_alone()
    {
        var source = Fixtures.Plain(10, 10, 9);
        var result = Apply(
            source, new EraseEdit(new RectangleShape(new Rectangle(0, 0, 0.5, 1)), 0x010203), new CropEdit(new Rectangle(4, 0, 6, 2)));
        Assert.Equal((1, 2, 3, 255), Fixtures.Pixel(result, 0, 0));
        Assert.Equal((9, 9, 9, 255), Fixtures.Pixel(result, 1, 0));
        Assert.All(source.Pixels.Where((_, i) => i % 4 != 3), value => Assert.Equal(9, value));
    }

    [Fact]
    public void A_circle_paints_the_pixels_whose_centres_are_in_it()
    {
        var result = Apply(Fixtures.Plain(20, 20, 0), new EraseEdit(new CircleShape(10, 9, 5), 0xFFFFFF));
        AssertPainted(result, (x, y) => (x + 0.5 - 10) * (x + 0.5 - 10) + (y + 0.5 - 9) * (y + 0.5 - 9) <= 25);
    }

    [Fact]
    public void The_radius_of_a_circle_in_fractions_is_of_the_width()
    {
        var result = Apply(Fixtures.Plain(20, 40, 0), new EraseEdit(new CircleShape(0.5, 0.5, 0.25), 0xFFFFFF));
        AssertPainted(result, (x, y) => (x + 0.5 - 10) * (x + 0.5 - 10) + (y + 0.5 - 20) * (y + 0.5 - 20) <= 25);
    }

    [Fact]
    public void A_polygon_that_crosses_itself_leaves_its_middle_by_the_even_odd_rule()
    {
        // Two rectangles, one in the other, joined along an edge that is walked twice.
        double[][] points = [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0], [3, 3], [7, 3], [7, 7], [3, 7], [3, 3]];
        var result = Apply(Fixtures.Plain(10, 10, 0), new EraseEdit(new PolygonShape(points), 0xFFFFFF));
        AssertPainted(result, (x, y) => x is < 3 or >= 7 || y is < 3 or >= 7);
    }

    [Fact]
    public void A_triangle_in_fractions_is_painted()
    {
        var result = Apply(Fixtures.Plain(10, 10, 0), new EraseEdit(new PolygonShape([[0, 0], [1, 1], [0, 1]]), 0xFFFFFF));
        AssertPainted(result, (x, y) => x <= y);
    }

    [Fact]
    public void A_flood_stops_at_other_colours_and_does_not_pass_diagonally()
    {
        // A wall along x + y = 8 or 9, tight against 4-connected paths, parts the corner from the rest.
        var source = Fixtures.Plain(12, 12, 100);
        for (var y = 0; y < 12; y++)
        {
            for (var x = 0; x < 12; x++)
            {
                if (x + y is 8 or 9)
                    source.Pixels.AsSpan((y * 12 + x) * 4, 3).Fill(30);
            }
        }
        var result = Apply(source, new EraseEdit(new FloodShape(2, 2, 10), 0xFFFFFF));
        AssertPainted(result, (x, y) => x + y < 8);
    }

    [Theory]
    [InlineData(4, false)]
    [InlineData(5, true)]
    public void A_floods_tolerance_counts_from_the_start_pixel(int tolerance, bool spreads)
    {
        var source = Fixtures.Plain(3, 1, 100);
        source.Pixels.AsSpan(4, 3).Fill(105);
        source.Pixels.AsSpan(8, 3).Fill(110);
        var result = Apply(source, new EraseEdit(new FloodShape(0, 0, tolerance), 0xFFFFFF));
        Assert.Equal(spreads ? 255 : 105, Fixtures.Pixel(result, 1, 0).R);
        Assert.Equal(110, Fixtures.Pixel(result, 2, 0).R);
    }

    [Fact]
    public void A_flood_of_a_spiral_reaches_its_end()
    {
        var source = Fixtures.Plain(101, 101, 0);
        for (var ring = 1; ring < 50; ring += 2)
        {
            for (var i = ring; i < 101 - ring; i++)
            {
                foreach (var (x, y) in (ReadOnlySpan<(int, int)>)[(i, ring), (i, 100 - ring), (ring, i), (100 - ring, i)])
                    source.Pixels[(y * 101 + x) * 4] = 200;
            }
            var gap = ring % 4 == 1 ? (ring * 101 + ring + 1) * 4 : ((100 - ring) * 101 + 100 - ring - 1) * 4;
            source.Pixels[gap] = 0;
        }
        var result = Apply(source, new EraseEdit(new FloodShape(0, 0, 0), 0xFFFFFF));
        for (var i = 0; i < source.Pixels.Length; i += 4)
            Assert.Equal(source.Pixels[i] == 0 ? 255 : 200, result.Pixels[i]);
    }

    public static TheoryData<Edit> Outside => new()
    {
        new TrimEdit(0),
        new PadEdit(new Margins(0, 0, 1e9, 0), 0),
        new CropEdit(new Rectangle(0, 0, 21, 10)),
        new CropEdit(new Rectangle(-1, 0, 10, 10)),
        new CropEdit(new Rectangle(5, 5, 5, 9)),
        new CropEdit(new Rectangle(double.NaN, 0, 5, 9)),
        new EraseEdit(new RectangleShape(new Rectangle(0, 0, 10, 31)), 0),
        new EraseEdit(new CircleShape(3, 10, 4), 0),
        new EraseEdit(new CircleShape(3, 10, 0), 0),
        new EraseEdit(new PolygonShape([[0, 0], [5, 5], [5, 31]]), 0),
        new EraseEdit(new PolygonShape([[0, 0], [5, 5]]), 0),
        new EraseEdit(new FloodShape(20, 3, 1), 0),
    };

    [Theory]
    [MemberData(nameof(Outside))]
    public void An_edit_outside_its_picture_is_an_error_with_the_pictures_size(Edit edit)
    {
        var error = Assert.Throws<LoraBuildException>(() => Apply(Fixtures.Plain(20, 30, 1), edit));
        Assert.Equal(DiagnosticCode.EditOutsidePicture, error.Diagnostic.Code);
        if (!error.Message.Contains("no radius", StringComparison.Ordinal) && !error.Message.Contains("no area", StringComparison.Ordinal))
            Assert.Contains("20 x 30", error.Message);
    }

    private static Raster Apply(Raster source, params Edit[] edits) => PictureEditor.Apply(source, edits);

    private static void AssertPainted(Raster picture, Func<int, int, bool> expected)
    {
        for (var y = 0; y < picture.Height; y++)
        {
            for (var x = 0; x < picture.Width; x++)
                Assert.True(expected(x, y) == (Fixtures.Pixel(picture, x, y).R == 255), $"pixel {x}, {y}");
        }
    }
}
