using FsCheck.Xunit;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Tests.Tags;

public class TaggerThresholdsTests
{
    private static readonly TagSelection Project = new() { GeneralThreshold = 0.4f, CharacterThreshold = 0.8f };

    [Fact]
    public void Each_tagger_counts_by_its_own_threshold()
    {
        var bold = new TaggerThresholds(0.6f, 0.6f).Stretch(Scores(("hat", 0.55f), ("cup", 0.7f)), Project);
        var shy = new TaggerThresholds(0.2f, 0.2f).Stretch(Scores(("hat", 0.1f), ("book", 0.25f)), Project);

        // A union at 0.4 of what they say would have the hat and lack the book.
        var united = ScoreCombination.Combine("union", [bold, shy]);
        Assert.Equal(["cup", "book"], Project.Apply(united).Tags);
        Assert.Equal(0.4 + (0.1 / 0.4 * 0.6), united["cup"], 1e-6);
        Assert.Equal(0.55 / 0.6 * 0.4, united["hat"], 1e-6);
    }

    [Property]
    public void A_tag_is_there_where_its_score_reaches_the_taggers_threshold_and_the_order_of_scores_stays(
        ushort own, ushort common, ushort[] scores)
    {
        var (threshold, project) = ((own + 1) / 65537f, (common + 1) / 65537f);
        var said = Scores([.. scores.Append(own).Select((score, index) => ($"tag{index}", (score + 1) / 65537f))]);
        var stretched = new TaggerThresholds(threshold, null).Stretch(said, Project with { GeneralThreshold = project });

        Assert.Equal(
            said.General.Where(score => score.Value >= threshold).Select(score => score.Key),
            stretched.General.Where(score => score.Value >= project).Select(score => score.Key));
        Assert.All(stretched.General.Values, score => Assert.InRange(score, 0, 1));
        var byScore = said.General.OrderBy(score => score.Value).Select(score => stretched.General[score.Key]).ToList();
        Assert.Equal(byScore.Order(), byScore);
        Assert.Same(said.Character, stretched.Character);
    }

    [Fact]
    public void Characters_follow_the_general_threshold_unless_they_have_their_own()
    {
        Assert.Equal(new TaggerThresholds(0.35f, 0.35f), TaggerThresholds.Parse("t", "0.35", ""));
        Assert.Equal(new TaggerThresholds(0.35f, 0.75f), TaggerThresholds.Parse("t", "0.35", "0.75"));
        Assert.True(TaggerThresholds.Parse("t", "", "").IsEmpty);
    }

    [Theory]
    [InlineData("35%", "")]
    [InlineData("0", "")]
    [InlineData("0.3", "1")]
    [InlineData("NaN", "")]
    public void What_is_no_threshold_is_an_error_that_names_the_tagger(string threshold, string character)
    {
        var problem = Assert.Throws<LoraBuildException>(() => TaggerThresholds.Parse("models/wd", threshold, character)).Diagnostic;
        Assert.Equal(DiagnosticCode.InvalidMetadata, problem.Code);
        Assert.Contains("'models/wd'", problem.Message, StringComparison.Ordinal);
    }

    private static TagScores Scores(params (string Tag, float Score)[] scores) => new(
        new Dictionary<string, float>(), scores.ToDictionary(score => score.Tag, score => score.Score), new Dictionary<string, float>());
}
