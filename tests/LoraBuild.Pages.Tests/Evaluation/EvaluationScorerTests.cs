using LoraBuild.Pages.Evaluation;
using LoraBuild.Settings;

namespace LoraBuild.Pages.Tests.Evaluation;

public class EvaluationScorerTests
{
    private static readonly EvaluationPlan Plan = SmallEvaluation.Plan(new EvaluationSettings { Samples = 6 });

    [Fact]
    public void A_LoRA_that_draws_her_everywhere_and_hears_nothing_has_identity_and_leakage_and_no_obedience()
    {
        var scores = SmallEvaluation.Score(Plan, ["black hair", "horse ears"], ["horse ears"], isLoraObedient: false);

        Assert.Equal((1, 0.5), (scores.Identity!.Lora.Value, scores.Identity.Base.Value));
        Assert.Equal((0, 1), (scores.Obedience!.Lora.Value, scores.Obedience.Base.Value));
        Assert.Equal(0, scores.ObedienceOfBase!.Value);
        Assert.Equal(1, scores.IdentityKept!.Lora.Value);
        Assert.Equal((0, 1), (scores.Outfits!.Lora.Value, scores.Outfits.Base.Value));
        Assert.Equal(0.5, scores.LeakageAboveBase!.Value);
        Assert.Equal(-0.5, scores.Score);
        Assert.Equal(
            "'aoi': identity 1.000 (1.000 to 1.000), base 0.500 (0.500 to 0.500); obedience 0.000 (0.000 to 0.000), 0.000 (0.000 to 0.000) "
            + "of the base's own; outfits 0.000 (0.000 to 0.000); leakage 1.000 (1.000 to 1.000), 0.500 (0.500 to 0.500) above base",
            scores.Summary);
    }

    [Fact]
    public void A_LoRA_that_changes_nothing_is_the_base_model()
    {
        var scores = SmallEvaluation.Score(Plan, ["horse ears"], ["horse ears"]);

        Assert.Equal((0.5, 0.5), (scores.Identity!.Lora.Value, scores.Identity.Base.Value));
        Assert.Equal(1, scores.ObedienceOfBase!.Value);
        Assert.Equal(0, scores.LeakageAboveBase!.Value);
        Assert.Equal(0.5, scores.Score);
    }

    [Fact]
    public void Features_are_told_one_by_one_beside_their_share_in_her_pictures()
    {
        var scores = SmallEvaluation.Score(Plan, ["black hair"], ["horse ears"]);

        Assert.Equal([new FeatureScore("black hair", 1, 0, 1), new FeatureScore("horse ears", 0, 1, 0.75)], scores.Features);
    }

    [Fact]
    public void A_tag_that_implies_what_was_asked_for_shows_it()
    {
        var hats = SmallEvaluation.Plan(new EvaluationSettings { Samples = 1 }, ["white shirt"], ["hat"]);

        var scores = EvaluationScorer.Score(hats, (_, _) => ("", ["beret"]), Dataset.Tags.ImplicationTable.Danbooru, 1);

        Assert.Equal(["hat"], hats.Cases[1].Asked);
        Assert.Equal(1, scores.Obedience!.Lora.Value);
        Assert.Null(scores.Identity);
        Assert.Null(scores.LeakageAboveBase);
        Assert.Contains("identity not measured, base not measured;", scores.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void The_best_file_has_the_highest_score_and_of_equal_ones_is_the_first()
    {
        var early = new EvaluatedFile("early", [SmallEvaluation.Score(Plan, ["black hair", "horse ears"], ["black hair", "horse ears"])]);
        var late = early with { File = "late" };
        var worse = new EvaluatedFile("worse", [SmallEvaluation.Score(Plan, ["black hair"], ["black hair"])]);

        Assert.Equal("early", EvaluatedFile.Best([worse, early, late]).File);
    }
}
