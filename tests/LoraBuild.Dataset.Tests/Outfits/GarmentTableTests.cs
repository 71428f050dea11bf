using LoraBuild.Dataset.Outfits;

namespace LoraBuild.Dataset.Tests.Outfits;

public class GarmentTableTests
{
    [Theory]
    [InlineData("black gloves", "gloves")]
    [InlineData("partially fingerless gloves", "gloves")]
    [InlineData("white footwear", "footwear")]
    [InlineData("thigh boots", "footwear")]
    [InlineData("pleated skirt", "skirt")]
    [InlineData("miniskirt", "skirt")]
    [InlineData("sweater vest", "vest")]
    [InlineData("sweater dress", "dress")]
    [InlineData("dress shirt", "shirt")]
    [InlineData("black jacket", "coat")]
    [InlineData("bowtie", "neckwear")]
    [InlineData("loose socks", "legwear")]
    [InlineData("black pantyhose", "legwear")]
    [InlineData("long sleeves", "sleeves")]
    [InlineData("detached sleeves", "detached sleeves")]
    [InlineData("blue sailor collar", "collar")]
    [InlineData("spiked collar", "choker")]
    [InlineData("belt", "belt")]
    [InlineData("waist cape", "waist cape")]
    [InlineData("head scarf", "headdress")]
    [InlineData("mouth veil", "mask")]
    [InlineData("leg armor", "leg armor")]
    public void A_tag_names_its_garment_by_its_last_words(string tag, string garment) =>
        Assert.Equal(garment, GarmentTable.Default.Named(tag)?.Name);

    [Theory]
    [InlineData("adjusting gloves", true)]
    [InlineData("open coat", true)]
    [InlineData("torn pantyhose", true)]
    [InlineData("holding hat", true)]
    [InlineData("panties under pantyhose", true)]
    [InlineData("pinching sleeves", true)]
    [InlineData("no gloves", false)]
    [InlineData("unworn hat", false)]
    public void A_tag_about_how_something_is_worn_does_not_name_it(string tag, bool isWorn)
    {
        Assert.Null(GarmentTable.Default.Named(tag));
        Assert.Equal(isWorn, GarmentTable.Default.Find(tag)?.IsWorn);
    }

    [Theory]
    [InlineData("shirt lift")]
    [InlineData("skirt hold")]
    [InlineData("seat belt")]
    [InlineData("arm belt")]
    [InlineData("pocket watch")]
    [InlineData("trash bag")]
    [InlineData("sleeves past wrists")]
    [InlineData("hand on own hip")]
    [InlineData("long hair")]
    public void Other_tags_speak_of_no_garment(string tag) => Assert.Null(GarmentTable.Default.Find(tag));
}
