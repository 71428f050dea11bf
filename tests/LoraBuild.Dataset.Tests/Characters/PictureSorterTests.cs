using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.CharacterFiles;

namespace LoraBuild.Dataset.Tests.Characters;

public class PictureSorterTests
{
    [Theory]
    [InlineData("images/high/.ipynb_checkpoints/a-checkpoint.png")]
    [InlineData("images/@eaDir/a.png/SYNOPHOTO_THUMB_XL.png")]
    [InlineData("images/._a.png")]
    [InlineData("images/__MACOSX/a.png")]
    [InlineData("images/#recycle/a.png")]
    public void What_programs_keep_for_themselves_is_left_out_and_named(string path) =>
        AssertTold(path, DiagnosticCode.MisplacedPicture, isPicture: false);

    [Theory]
    [InlineData("images/a.mask.jpg", false)]
    [InlineData("images/a-masklabel.png", false)]
    [InlineData("images/a_mask.png", true)]
    [InlineData("images/masks/a.png", true)]
    [InlineData("Masks/a.png", true)]
    public void What_looks_like_a_mask_under_another_name_is_told(string path, bool isPicture) =>
        AssertTold(path, DiagnosticCode.UnusedMask, isPicture);

    [Theory]
    [InlineData("images/b.mask.jpg")]
    [InlineData("images/gas mask.png")]
    [InlineData("images/mask/b.png")]
    [InlineData("images/a..b.png")]
    [InlineData(".cast/aoi/images/b.png")]
    public void Other_names_are_those_of_pictures(string path)
    {
        Assert.Equal(["images/a.png", path], PictureSorter.Pictures(["images/a.png", path], out var diagnostics));
        Assert.Empty(diagnostics);
    }

    [Fact]
    public void A_mask_under_its_own_name_is_no_picture()
    {
        Assert.Equal(["a.png"], PictureSorter.Pictures(["a.mask.png", "a.png", "Z.MASK.PNG"], out var diagnostics));
        Assert.Empty(diagnostics);
    }

    private static void AssertTold(string path, string code, bool isPicture)
    {
        string[] files = ["images/a.png", "a.png", path];

        var pictures = PictureSorter.Pictures(files, out var diagnostics);

        Assert.Equal(isPicture, pictures.Contains(path));
        var told = Assert.Single(diagnostics);
        Assert.Equal((code, Severity.Warning, path), (told.Code, told.Severity, told.File));
    }
}
