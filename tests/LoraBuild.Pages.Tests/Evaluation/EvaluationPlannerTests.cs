using FsCheck.Xunit;
using LoraBuild.Dataset.Tags;
using LoraBuild.Pages.Evaluation;
using LoraBuild.Settings;

namespace LoraBuild.Pages.Tests.Evaluation;

public class EvaluationPlannerTests
{
    private static readonly EvaluationSettings Six = new() { Samples = 6, Seed = 10 };

    [Fact]
    public void Each_family_has_its_prompts()
    {
        var cases = SmallEvaluation.Plan(Six).Cases.ToLookup(one => one.Family);

        Assert.All(Enum.GetValues<EvaluationFamily>(), family => Assert.Equal(
            [10, 11, 12, 13, 14, 15], cases[family].Select(one => one.Seed)));
        Assert.All(cases[EvaluationFamily.Identity], one => Assert.Equal(("aoi", "aoi"), (one.Prompt, one.BasePrompt)));
        Assert.All(cases[EvaluationFamily.Outfits], one =>
        {
            Assert.Equal("aoi, white shirt, blue skirt, cape, full body", one.Prompt);
            Assert.Equal("1girl, solo, white shirt, blue skirt, cape, full body", one.BasePrompt);
            Assert.Equal(["white shirt", "blue skirt"], one.Asked);
        });
        Assert.All(cases[EvaluationFamily.Leakage], one => Assert.Equal(one.Prompt, one.BasePrompt));
        Assert.Equal(
            cases[EvaluationFamily.Obedience].Select(one => one.BasePrompt), cases[EvaluationFamily.Leakage].Select(one => one.BasePrompt));
    }

    [Fact]
    public void Clothes_poses_and_places_are_asked_for_in_turn_and_with_a_framing_that_shows_them()
    {
        var prompts = SmallEvaluation.Plan(Six).Cases.Where(one => one.Family == EvaluationFamily.Obedience).ToList();

        Assert.Equal(
            [AskedKind.Clothes, AskedKind.Pose, AskedKind.Place, AskedKind.Clothes, AskedKind.Pose, AskedKind.Place],
            prompts.Select(one => one.Kind!.Value));
        Assert.Equal(
            ["aoi, outdoors", "aoi, red hat", "aoi, red skirt, full body", "aoi, waving"],
            prompts.Select(one => one.Prompt).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_outfit_with_a_trigger_word_is_asked_for_by_it()
    {
        var character = SmallEvaluation.Character with { Outfits = [SmallEvaluation.Character.Outfits[0] with { Trigger = "aoi school" }] };

        var plan =
            EvaluationPlanner.Plan(character, SmallEvaluation.Identity, [], SmallEvaluation.Vocabulary, ImplicationTable.Danbooru, Six);

        Assert.Contains("aoi, aoi school, full body", plan.Cases.Select(one => one.Prompt));
    }

    [Fact]
    public void A_picture_that_two_families_share_is_drawn_once()
    {
        var plan = SmallEvaluation.Plan(Six);

        Assert.Equal(24, plan.Pictures(withLora: true).Count);
        Assert.Equal(18, plan.Pictures(withLora: false).Count);
    }

    [Fact]
    public void Features_that_the_tagger_does_not_know_are_not_looked_for() =>
        Assert.Equal(
            ["black hair"], SmallEvaluation.Plan(Six, vocabulary: ["1girl", "black hair"]).Features.Select(feature => feature.Tag));

    [Property]
    public void What_the_dataset_has_or_implies_is_never_asked_for(string?[] words, int[] picks, byte seed)
    {
        var dataset = AnyTags.Of(words, picks).Tags;

        var asked = Plan(dataset, seed).Cases.Where(one => one.Family == EvaluationFamily.Obedience).SelectMany(one => one.Asked);

        Assert.All(asked, tag =>
        {
            Assert.DoesNotContain(tag, dataset, Tag.Comparer);
            Assert.DoesNotContain(dataset, had => ImplicationTable.Danbooru.Implies(had, tag));
            Assert.NotNull(AskedTable.Default.KindOf(tag));
        });
    }

    [Property]
    public void The_same_inputs_give_the_same_prompts_whatever_their_order(string?[] words, int[] picks, byte seed)
    {
        var dataset = AnyTags.Of(words, picks).Tags;

        var prompts = Plan(dataset, seed).Cases.Select(one => one.Prompt);

        Assert.Equal(prompts, Plan([.. dataset.Reverse()], seed, reverse: true).Cases.Select(one => one.Prompt));
    }

    [Property]
    public void A_tag_more_in_the_dataset_moves_no_other(string?[] words, int[] picks, byte seed)
    {
        var dataset = AnyTags.Of(words, picks).Tags;

        var before = EvaluationPlanner.Candidates(dataset, AnyTags.AllKnown, ImplicationTable.Danbooru, seed);
        var after = EvaluationPlanner.Candidates([.. dataset, "red shirt"], AnyTags.AllKnown, ImplicationTable.Danbooru, seed);

        Assert.All(before, kind => Assert.Equal(kind.Value.Except(["red shirt", "shirt"], Tag.Comparer), after[kind.Key]));
    }

    private static EvaluationPlan Plan(IReadOnlyList<string> dataset, long seed, bool reverse = false) => SmallEvaluation.Plan(
        new EvaluationSettings { Samples = 20, Seed = seed }, dataset, reverse ? [.. AnyTags.AllKnown.Reverse()] : AnyTags.AllKnown);
}
