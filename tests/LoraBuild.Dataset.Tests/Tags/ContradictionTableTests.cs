using FsCheck.Xunit;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Tests.Tags;

public class ContradictionTableTests
{
    [Theory]
    [InlineData("short hair, long hair")]
    [InlineData("short hair, very long hair")]
    [InlineData("1girl, 2girls")]
    [InlineData("standing, sitting")]
    [InlineData("standing on one leg, sitting on chair")]
    [InlineData("open mouth, closed mouth")]
    [InlineData("black hair, light blue hair")]
    [InlineData("blue eyes, yellow eyes")]
    [InlineData("portrait, full body")]
    [InlineData("barefoot, red boots")]
    [InlineData("solo, multiple girls")]
    [InlineData("from above, from below")]
    [InlineData("grey background, white background")]
    [InlineData("hood up, hood down")]
    [InlineData("sleeveless shirt, long sleeves")]
    public void Tags_that_cannot_both_be_true_are_found_under_the_names_that_the_picture_has(string tags)
    {
        var list = TagList.Parse(tags);
        Assert.Equal([new Contradiction(list[0], list[1])], Find(tags));
    }

    [Theory]
    [InlineData("long hair, very long hair")]
    [InlineData("black hair, white hair, two-tone hair")]
    [InlineData("blue eyes, red eyes, heterochromia")]
    [InlineData("2girls, black hair, blue hair, short hair, long hair, standing, sitting")]
    [InlineData("1girl, 1boy")]
    [InlineData("standing, open mouth, smile, long hair, blue eyes, upper body, outdoors, day, blue sky")]
    [InlineData("kneeling, sitting")]
    [InlineData("barefoot, unworn boots, boots")]
    [InlineData("white background, gradient background, blue background")]
    [InlineData("black hairband, blue hair ribbon")]
    [InlineData("indoors, outdoors, window")]
    [InlineData("sleeveless, long sleeves, detached sleeves")]
    [InlineData("short over long sleeves, long sleeves, short sleeves")]
    public void Tags_that_can_are_not(string tags) => Assert.Empty(Find(tags));

    [Theory]
    [InlineData("hood up", "hood down", true)]
    [InlineData("sleeveless", "wide sleeves", false)]
    [InlineData("puffy long sleeves", "sleeveless", true)]
    [InlineData("long skirt", "black miniskirt", true)]
    [InlineData("black skirt", "pleated skirt", false)]
    [InlineData("long hair", "very long hair", false)]
    public void Two_tags_exclude_each_other_both_ways_or_not_at_all(string tag, string other, bool excludes)
    {
        Assert.Equal(excludes, ContradictionTable.Default.Excludes(tag, other, ImplicationTable.Danbooru));
        Assert.Equal(excludes, ContradictionTable.Default.Excludes(other, tag, ImplicationTable.Danbooru));
    }

    [Fact]
    public void A_contradiction_of_the_picture_itself_is_found_however_many_it_shows() =>
        Assert.Equal(
            [new Contradiction("1girl", "2girls"), new Contradiction("solo", "2girls")], Find("1girl, 2girls, solo, standing, sitting"));

    [Fact]
    public void Pictures_with_the_same_contradiction_share_a_warning_in_their_order()
    {
        (string, IReadOnlyList<string>)[] pictures =
            [("c", ["short hair", "long hair"]), ("a", ["smile"]), ("b", ["long hair", "short hair", "standing", "sitting"])];
        var warnings = ContradictionTable.Default.Warnings(pictures, ImplicationTable.Danbooru, "character.yaml").ToList();
        Assert.Equal(["c b", "b"], warnings.Select(warning => string.Join(' ', warning.Pictures)));
        Assert.Equal((DiagnosticCode.ContradictoryTags, "character.yaml"), (warnings[0].Diagnostic.Code, warnings[0].Diagnostic.File));
        Assert.StartsWith(
            "'short hair' and 'long hair' contradict each other, and stand both in c, b.", warnings[0].Diagnostic.Message,
            StringComparison.Ordinal);
    }

    [Property(MaxTest = 1000)]
    public void Warnings_name_every_picture_in_which_something_is_found(int[][] picks)
    {
        var pictures = (picks ?? [])
            .Select((own, index) => (Id: index.ToString(System.Globalization.CultureInfo.InvariantCulture), AnyTags.Of([], own ?? []).Tags))
            .ToList();
        var expected = pictures
            .SelectMany(
                picture => ContradictionTable.Default.Find(picture.Tags, ImplicationTable.Danbooru).Select(pair => (pair, picture.Id)))
            .GroupBy(found => found.pair, found => found.Id)
            .Select(same => $"'{same.Key.First}' and '{same.Key.Second}': {string.Join(' ', same)}");

        var warnings = ContradictionTable.Default.Warnings(pictures, ImplicationTable.Danbooru, "character.yaml");

        Assert.Equal(expected, warnings.Select(warning =>
            $"{warning.Diagnostic.Message[..warning.Diagnostic.Message.IndexOf(" contradict", StringComparison.Ordinal)]}: "
                + $"{string.Join(' ', warning.Pictures)}"));
    }

    private static IReadOnlyList<Contradiction> Find(string tags) =>
        ContradictionTable.Default.Find(TagList.Parse(tags), ImplicationTable.Danbooru);
}
