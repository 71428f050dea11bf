using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using LoraBuild.Tasks.Items;

namespace LoraBuild.Tasks.Tests.Items;

public class PictureItemTests
{
    [Property]
    public Property A_name_comes_back_as_it_was() => Prop.ForAll(
        Gen.Elements("a b;%20$(HOME)@(x)'\"*?.png%星".ToCharArray()).NonEmptyListOf().Select(string.Concat).ToArbitrary(),
        name => PictureItem.Create(name).ItemSpec == name);

    [Fact]
    public void Metadata_goes_along_to_another_place_untouched()
    {
        var item = PictureItem.Create("images/a;b.png");
        item.SetLiteral(PictureMetadata.Edits, "[\"100%25;\"]");

        var moved = item.At("obj/%20.png");

        Assert.Equal("obj/%20.png", moved.ItemSpec);
        Assert.Equal("[\"100%25;\"]", moved.GetMetadata(PictureMetadata.Edits));
    }
}
