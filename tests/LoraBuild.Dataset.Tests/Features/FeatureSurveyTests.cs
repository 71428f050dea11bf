using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.CharacterFiles;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Features;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Tests.Features;

public class FeatureSurveyTests
{
    private static readonly Character Aoi = Character.Named("aoi") with { Aliases = ["silver hair"], File = "character.yaml" };

    // Ten pictures with black hair; one with blue hair in a costume, two with a ponytail, one with something that is no feature.
    private static readonly (string Id, IReadOnlyList<string> Tags)[] Pictures =
    [
        ("p0", ["black hair", "blue hair", "blue hair", "silver hair"]),
        ("p1", ["black hair", "ponytail", "hair ribbon"]),
        ("p2", ["Black hair", "ponytail"]),
        .. Enumerable.Range(3, 7).Select(index => ($"p{index}", (IReadOnlyList<string>)["black hair"])),
    ];

    [Fact]
    public void Every_feature_is_counted_once_a_picture_and_names_are_none()
    {
        var survey = new FeatureSurvey(Aoi, Pictures, 0);
        Assert.Equal(
            [("black hair", 1.0), ("ponytail", 0.2), ("blue hair", 0.1)], survey.Features.Select(feature => (feature.Tag, feature.Share)));
        Assert.Equal(["p1", "p2"], survey.Features[1].Pictures);
        Assert.Empty(survey.Spared);
    }

    [Fact]
    public void A_feature_of_fewer_than_a_fifth_of_the_pictures_is_a_warning_that_names_them()
    {
        var (warning, pictures) = Assert.Single(new FeatureSurvey(Aoi, Pictures, 0).Warnings());
        Assert.Equal(["p0"], pictures);
        Assert.Equal((DiagnosticCode.RareFeature, Severity.Warning, "character.yaml"), (warning.Code, warning.Severity, warning.File));
        Assert.Contains("blue hair (p0). They are taken out", warning.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("ponytail", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Below_the_least_frequency_a_feature_is_spared_and_reported_instead_of_lost()
    {
        var survey = new FeatureSurvey(Aoi, Pictures, 0.3);
        Assert.Equal(["blue hair", "ponytail"], survey.Spared.Order());
        Assert.Contains(
            "ponytail (p1, p2); blue hair (p0). LoraFeatureFrequency keeps them", Assert.Single(survey.Warnings()).Diagnostic.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_feature_at_exactly_the_least_frequency_is_stripped() =>
        Assert.Equal(["blue hair"], new FeatureSurvey(Aoi, Pictures, 0.2).Spared);

    [Fact]
    public void What_the_author_lists_is_never_spared()
    {
        var listed = Aoi with { Features = FeatureRules.Default with { Tags = ["blue hair"], Patterns = [".*tail"] } };
        Assert.Empty(new FeatureSurvey(listed, Pictures, 1).Spared);
    }

    [Fact]
    public void Many_pictures_are_named_by_the_first_few()
    {
        var pictures = Enumerable.Range(0, 100)
            .Select(index => ($"p{index}", (IReadOnlyList<string>)(index < 15 ? ["blue hair"] : ["smile"]))).ToArray();
        Assert.Contains(
            "p6, p7 and 7 more)", Assert.Single(new FeatureSurvey(Aoi, pictures, 0).Warnings()).Diagnostic.Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1girl", "1girl", "1girl, 1boy", "1girl")]
    [InlineData("1boy", "1girl, 1boy", "1boy", "solo")]
    [InlineData("1other", "1other, 1girl", "1other", "solo")]
    [InlineData("1girl", "solo", "solo", "1boy, 1girl")]
    public void She_is_the_kind_of_person_that_most_of_her_pictures_show(string person, params string[] pictures)
    {
        var survey = new FeatureSurvey(Aoi, [.. pictures.Select((tags, index) => ($"p{index}", TagList.Parse(tags)))], 0);
        Assert.Equal(person, survey.Person);
        Assert.Equal(person, survey.Features.Select(feature => feature.Tag).Single(tag => tag.StartsWith('1')));
    }

    [Fact]
    public void Without_pictures_there_is_nothing_to_say() => Assert.Empty(new FeatureSurvey(Aoi, [], 0.5).Warnings());

    [Fact]
    public void Names_and_rules_that_change_nothing_are_told()
    {
        var character = CharacterFile.Parse(
            """
            trigger: aoi
            aliases: [hoshino, hoshi]
            features:
              tags: [horse girl, hors girl]
              keep: [blue hair, hat, cap]
              patterns: ['[a-z ]+ tattoo', 'horse.*']
            """, "c.yaml").Character!;
        var survey = new FeatureSurvey(character, [("a", ["hoshino", "horse girl", "(blue hair:1.2)", "hat"])], 0);

        var told = survey.Unused().ToList();

        Assert.Equal(["hoshi", "hors girl", "hat", "cap", "[a-z ]+ tattoo"], told.Select(one => one.Message.Split('\'')[1]));
        Assert.Equal([2, 4, 5, 5, 6], told.Select(one => one.Line));
        Assert.All(told, one => Assert.Equal("LB1019", one.Code));
    }
}
