using LoraBuild.Dataset.Pictures;

namespace LoraBuild.Dataset.Tests.Pictures;

public sealed class UnreadPicturesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Those_below_the_folders_are_found_in_order_but_for_drawings_of_what_is_built()
    {
        string[] names =
        [
            "images/b.HEIC", "images/phone/a.heic", "images/smile.psd", "images/smile.png", "images/named.tga", "images/smile.txt",
            "other/c.heic",
        ];
        foreach (var name in names)
            folder.Write(name, "");

        var found = UnreadPictures.Below(
            [folder.File("images"), folder.File("missing")], [folder.File("images/smile.png"), folder.File("images/named.tga")]);

        Assert.Equal([folder.File("images/b.HEIC"), folder.File("images/phone/a.heic")], found);
    }
}
