using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Tags;
using LoraBuild.Pages.Evaluation;

namespace LoraBuild.Pages.Tests.Evaluation;

public class IdentityFeaturesTests
{
    private static readonly (string, IReadOnlyList<string>)[] Pictures =
    [
        ("a", ["1girl", "solo", "black hair", "long hair", "very long hair", "red eyes", "smile"]),
        ("b", ["1girl", "solo", "black hair", "long hair", "very long hair"]),
        ("c", ["1girl", "solo", "black hair", "long hair", "smile"]),
        ("d", ["1girl", "multiple views", "black hair", "blonde hair"]),
    ];

    [Fact]
    public void They_are_what_was_stripped_of_half_of_the_pictures_and_no_other_feature_implies()
    {
        var identity = Of(Character.Named("aoi"));

        Assert.Equal([new IdentityFeature("black hair", 1), new IdentityFeature("very long hair", 0.5)], identity.Features);
        Assert.Equal(["1girl", "solo"], identity.ClassTags);
    }

    [Fact]
    public void Captions_that_keep_their_features_leave_none_but_what_the_author_names()
    {
        var keeping = Character.Named("aoi") with { Features = FeatureRules.Default with { UseDefaults = false } };

        Assert.Empty(Of(keeping).Features);
        Assert.Equal(
            [new IdentityFeature("black hair", 1), new IdentityFeature("red eyes", 0.25)], Of(keeping, "black hair", "red eyes").Features);
        Assert.Equal(["1girl", "solo"], Of(keeping).ClassTags);
    }

    private static IdentityFeatures Of(Character character, params string[] named) =>
        IdentityFeatures.Of(character, Pictures, 0, ImplicationTable.Danbooru, named);
}
