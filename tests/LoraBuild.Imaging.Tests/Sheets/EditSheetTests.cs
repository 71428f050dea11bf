using LoraBuild.Imaging.Sheets;

namespace LoraBuild.Imaging.Tests.Sheets;

public class EditSheetTests
{
    [Fact]
    public void A_row_shows_before_and_every_after_in_their_proportions()
    {
        var before = EditSheet.Thumbnail(Fixtures.Plain(1024, 512, 10));
        Assert.Equal((256, 128), (before.Width, before.Height));
        var sheet = EditSheet.Draw(
            9, [[before, EditSheet.Thumbnail(Fixtures.Plain(512, 512, 20)), EditSheet.Thumbnail(Fixtures.Plain(20, 40, 30))], [before]]);
        Assert.Equal(10, Fixtures.Pixel(sheet, 64 + 128, 16 + 128).R);
        Assert.Equal(0xE8, Fixtures.Pixel(sheet, 64 + 128, 16 + 32).R);
        Assert.Equal(20, Fixtures.Pixel(sheet, 64 + 272 + 128, 16 + 2).R);
        Assert.Equal(30, Fixtures.Pixel(sheet, 64 + 2 * 272 + 128, 16 + 128).R);
        Assert.Equal(10, Fixtures.Pixel(sheet, 64 + 128, 16 + 272 + 128).R);
    }
}
