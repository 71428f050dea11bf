using LoraBuild.Dataset.Pictures;

namespace LoraBuild.Dataset.Tests.Pictures;

public class UnreadPicturesTests
{
    [Fact]
    public void They_are_found_in_order_but_for_drawings_of_what_is_built_and_companions()
    {
        string[] files =
        [
            "/images/b.HEIC", "/images/clip.mp4", "/images/named.tga", "/images/notes.md", "/images/smile.npz", "/images/smile.png",
            "/images/smile.psd",
            "/images/smile.txt", "/images/smile.txt~",
        ];

        Assert.Equal(
            ["/images/b.HEIC", "/images/clip.mp4", "/images/notes.md"],
            UnreadPictures.Among(files, ["/images/smile.png", "/images/named.tga"]));
    }
}
