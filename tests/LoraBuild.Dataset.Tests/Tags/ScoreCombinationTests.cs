using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Tests.Tags;

public class ScoreCombinationTests
{
    private static readonly TagScores First = Scores(("solo", 0.2f), ("hat", 0.5f));
    private static readonly TagScores Second = Scores(("smile", 0.3f), ("hat", 0.1f), ("solo", 0.6f));

    [Fact]
    public void A_union_takes_the_highest_score_by_name_not_by_place() =>
        Assert.Equal([("solo", 0.6f), ("hat", 0.5f), ("smile", 0.3f)], Of("union"));

    [Fact]
    public void An_average_is_over_the_taggers_that_know_the_tag() =>
        Assert.Equal([("solo", 0.4f), ("hat", 0.3f), ("smile", 0.3f)], Of("average"));

    [Fact]
    public void Combined_scores_keep_their_order_in_a_file()
    {
        var path = Path.GetTempFileName();
        ScoreCombination.Combine("union", [First, Second]).Write(path);
        Assert.Equal(["solo", "hat", "smile"], TagScores.Read(path).General.Keys);
        File.Delete(path);
    }

    private static (string, float)[] Of(string name) =>
        [.. ScoreCombination.Combine(name, [First, Second]).General.Select(score => (score.Key, score.Value))];

    private static TagScores Scores(params (string Tag, float Score)[] scores) => new(
        new Dictionary<string, float>(), scores.ToDictionary(score => score.Tag, score => score.Score), new Dictionary<string, float>());
}
