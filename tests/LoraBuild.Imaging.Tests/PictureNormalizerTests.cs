using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Edits;
using LoraBuild.Imaging.Formats;
using LoraBuild.Imaging.Png;

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
    public void Transparency_can_stay_as_the_mask_of_what_is_learnt()
    {
        PictureNormalizer.Normalize(Fixtures.Path("transparent.png"), [], folder["out.png"], mask: new(FromAlpha: true, File: null));
        var picture = PictureDecoder.Decode(folder["out.png"]).Raster;
        Assert.Equal((255, 255, 255, 0), Fixtures.Pixel(picture, 31, 23));
        Assert.Equal((220, 40, 30, 255), Fixtures.Pixel(picture, 15, 0));
        Assert.Equal((255, 255, 255, 255), Fixtures.Pixel(picture.WithoutAlpha(), 31, 23));
    }

    [Fact]
    public void A_mask_picture_goes_through_the_edits_with_its_picture()
    {
        var mask = Fixtures.Plain(32, 24, 255);
        for (var i = 0; i < mask.Pixels.Length; i++)
            mask.Pixels[i] = i % 4 == 3 ? (byte)255 : (byte)(i / 4 % 32 < 20 ? 0 : 128);
        PngEncoder.Encode(mask, folder["rgb.mask.png"]);
        Edit[] edits = [new CropEdit(new Rectangle(16, 0, 32, 24))];

        PictureNormalizer.Normalize(Fixtures.Path("rgb.png"), edits, folder["out.png"], mask: new(false, folder["rgb.mask.png"]));

        var (picture, plain) = (PictureDecoder.Decode(folder["out.png"]).Raster, PictureDecoder.Decode(Fixtures.Path("rgb.png")).Raster);
        Assert.Equal(Fixtures.Pixel(plain, 16, 0) with { Item4 = 0 }, Fixtures.Pixel(picture, 0, 0));
        Assert.Equal(Fixtures.Pixel(plain, 20, 23) with { Item4 = 128 }, Fixtures.Pixel(picture, 4, 23));
    }

    [Fact]
    public void A_mask_of_another_size_is_an_error_with_both_sizes()
    {
        PngEncoder.Encode(Fixtures.Plain(32, 23, 255), folder["mask.png"]);
        var problem = Assert.Throws<LoraBuildException>(
            () => PictureNormalizer.Normalize(
                Fixtures.Path("rgb.png"), [], folder["out.png"], mask: new(false, folder["mask.png"]))).Diagnostic;
        Assert.Equal((DiagnosticCode.MaskMismatch, folder["mask.png"]), (problem.Code, problem.File));
        Assert.Contains("32 x 23", problem.Message, StringComparison.Ordinal);
        Assert.Contains("32 x 24", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Edits_count_from_the_upright_picture()
    {
        var normalized =
            PictureNormalizer.Normalize(Fixtures.Path("exif6.png"), [new CropEdit(new Rectangle(16, 0, 32, 12))], folder["out.png"]);
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
        Assert.Equal(
            DiagnosticCode.MislabelledPicture, Assert.Single(PictureNormalizer.Normalize(source, [], folder["out.png"]).Warnings).Code);
    }

    [Fact]
    public void A_bad_edit_names_the_source_and_leaves_nothing_behind()
    {
        var source = Fixtures.Path("rgb.png");
        var error = Assert.Throws<LoraBuildException>(
            () => PictureNormalizer.Normalize(source, [new CropEdit(new Rectangle(0, 0, 99, 9))], folder["out.png"]));
        Assert.Equal(DiagnosticCode.EditOutsidePicture, error.Diagnostic.Code);
        Assert.Equal(source, error.Diagnostic.File);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }
}
