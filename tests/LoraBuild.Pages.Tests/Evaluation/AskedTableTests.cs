using LoraBuild.Dataset.Outfits;
using LoraBuild.Dataset.Tags;
using LoraBuild.Pages.Evaluation;

namespace LoraBuild.Pages.Tests.Evaluation;

public class AskedTableTests
{
    [Theory]
    [InlineData("red skirt", AskedKind.Clothes)]
    [InlineData("kimono", AskedKind.Clothes)]
    [InlineData("yellow headwear", AskedKind.Clothes)]
    [InlineData("black thighhighs", AskedKind.Clothes)]
    [InlineData("waving", AskedKind.Pose)]
    [InlineData("arms up", AskedKind.Pose)]
    [InlineData("outdoors", AskedKind.Place)]
    [InlineData("pink background", AskedKind.Place)]
    [InlineData("black hair", null)]
    [InlineData("black panties", null)]
    [InlineData("torn skirt", null)]
    [InlineData("no shirt", null)]
    [InlineData("red", null)]
    [InlineData("smile", null)]
    public void A_tag_asks_for_clothes_a_pose_a_place_or_nothing(string tag, AskedKind? kind) =>
        Assert.Equal(kind, AskedTable.Default.KindOf(tag));

    [Fact]
    public void Its_garments_are_garments_of_the_table() => Assert.All(
        AskedTable.Default.Garments,
        name => Assert.Contains(name, AnyTags.AllKnown.Concat(Words).Select(word => GarmentTable.Default.Word(word)?.Name), Tag.Comparer));

    // A word of each garment whose name is none.
    private static readonly string[] Words =
    [
        "hat", "glasses", "scarf", "necktie", "sweater", "hoodie", "vest", "coat", "cape", "kimono", "haori", "uniform", "suit", "overalls",
        "apron", "armor", "pants", "shorts", "hakama", "gloves", "socks", "shoes",
    ];
}
