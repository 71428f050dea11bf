using LoraBuild.Core.Diagnostics;
using LoraBuild.Core.Edits;
using LoraBuild.Imaging.Formats;

namespace LoraBuild.Imaging.Tests;

public sealed class PictureNormalizerTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_PNG_that_needs_no_change_keeps_its_pixels()
    {
        var normalized = PictureNormalizer.Normalize(Fixtures.Path("rgb.png"), [], folder["out.png"]);
        Assert.Equal((32, 24, PictureFormat.Png), (normalized.Width, normalized.Height, normalized.SourceFormat));
        Assert.Empty(normalized.Warnings);
        Assert.Equal(PictureDecoder.Decode(Fixtures.Path("rgb.png")).Raster.Pixels, PictureDecoder.Decode(folder["out.png"]).Raster.Pixels);
    }

    [Fact]
    public void Transparency_goes_onto_the_background_before_the_edits()
    {
        // The flood starts in the transparent half, whose hidden colours differ and whose background does not.
        Edit[] edits = [new EraseEdit(new FloodShape(31, 0, 0), 0x0000FF)];
        PictureNormalizer.Normalize(Fixtures.Path("transparent.png"), edits, folder["out.png"]);
        var picture = PictureDecoder.Decode(folder["out.png"]).Raster;
        Assert.Equal((0, 0, 255, 255), Fixtures.Pixel(picture, 16, 0));
        Assert.Equal((0, 0, 255, 255), Fixtures.Pixel(picture, 31, 23));
        Assert.Equal((220, 40, 30, 255), Fixtures.Pixel(picture, 15, 0));
    }

    [Fact]
    public void Edits_count_from_the_upright_picture()
    {
        var normalized = PictureNormalizer.Normalize(Fixtures.Path("exif6.png"), [new CropEdit(new Rectangle(16, 0, 32, 12))], folder["out.png"]);
        Assert.Equal((16, 12), (normalized.Width, normalized.Height));
        Assert.Equal((40, 200, 60, 255), Fixtures.Pixel(PictureDecoder.Decode(folder["out.png"]).Raster, 15, 11));
    }

    [Fact]
    public void The_same_picture_gives_the_same_bytes()
    {
        PictureNormalizer.Normalize(Fixtures.Path("rgb.jpg"), [], folder["a.png"]);
        PictureNormalizer.Normalize(Fixtures.Path("rgb.jpg"), [], folder["b.png"]);
        Assert.Equal(File.ReadAllBytes(folder["a.png"]), File.ReadAllBytes(folder["b.png"]));
    }

    [Fact]
    public void A_warning_of_the_decoder_is_passed_on()
    {
        var source = folder.Write("mislabelled.png", Fixtures.Bytes("rgb.jpg"));
        Assert.Equal(DiagnosticCode.MislabelledPicture, Assert.Single(PictureNormalizer.Normalize(source, [], folder["out.png"]).Warnings).Code);
    }

    [Fact]
    public void A_bad_edit_names_the_source_and_leaves_nothing_behind()
    {
        var source = Fixtures.Path("rgb.png");
        var error = Assert.Throws<LoraBuildException>(() => PictureNormalizer.Normalize(source, [new CropEdit(new Rectangle(0, 0, 99, 9))], folder["out.png"]));
        Assert.Equal(DiagnosticCode.EditOutsidePicture, error.Diagnostic.Code);
        Assert.Equal(source, error.Diagnostic.File);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }
}
