using LoraBuild.Base.Diagnostics;
using LoraBuild.Pages.Evaluation;
using LoraBuild.Settings;

namespace LoraBuild.Pages.Tests.Evaluation;

public class EvaluationGateTests
{
    private static readonly EvaluationPlan Plan = SmallEvaluation.Plan(new EvaluationSettings { Samples = 6 });

    [Theory]
    [InlineData(0.5, null, null)]
    [InlineData(null, 1.0, null)]
    [InlineData(null, null, 0.0)]
    [InlineData(null, null, null)]
    public void What_reaches_its_bounds_passes(double? identity, double? obedience, double? leakage) =>
        Assert.Empty(Check(SmallEvaluation.Score(Plan, ["horse ears"], ["horse ears"]), identity, obedience, leakage));

    [Fact]
    public void Each_bound_that_is_missed_has_its_code_and_says_figure_interval_and_bound()
    {
        var found = Check(SmallEvaluation.Score(Plan, ["black hair"], [], isLoraObedient: false), 0.85, 0.75, 0.05);

        Assert.Equal(
            [DiagnosticCode.IdentityBelowMinimum, DiagnosticCode.ObedienceBelowMinimum, DiagnosticCode.LeakageAboveMaximum],
            found.Select(diagnostic => diagnostic.Code));
        Assert.All(found, diagnostic => Assert.Equal(Severity.Error, diagnostic.Severity));
        Assert.Contains("0.500 (0.500 to 0.500)", found[0].Message, StringComparison.Ordinal);
        Assert.Contains("LoraMinIdentity 0.85", found[0].Message, StringComparison.Ordinal);
        Assert.Contains("LoraMaxLeakage 0.05", found[2].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_not_measured_reaches_no_bound()
    {
        var unmeasured = EvaluationScorer.Score(
            SmallEvaluation.Plan(new EvaluationSettings { Samples = 1 }, vocabulary: []), (_, _) => ("", []),
            Dataset.Tags.ImplicationTable.Danbooru, 1);

        Assert.Equal(3, Check(unmeasured, 0, 0, 1).Count);
    }

    private static List<Diagnostic> Check(CharacterEvaluation scores, double? identity, double? obedience, double? leakage) =>
        [.. EvaluationGate.Check(
            "aoi.safetensors", scores, new EvaluationSettings { MinIdentity = identity, MinObedience = obedience, MaxLeakage = leakage })];
}
