namespace LoraBuild.Dataset.Tags;

/// <summary>Combines the scores of several taggers for one picture, by the names of tags: <c>union</c> or <c>average</c>.</summary>
public static class ScoreCombination
{
    /// <summary>
    /// Combines scores. A tag's place is its place with the first tagger that knows it, behind the tags of the taggers before that one.
    /// </summary>
    /// <param name="name"><c>union</c>: a tag has its highest score, so it is there where one tagger sees it. <c>average</c>: it has the
    /// mean over the taggers that know it.</param>
    /// <param name="scores">One entry for each tagger; at least one.</param>
    public static TagScores Combine(string name, IReadOnlyList<TagScores> scores)
    {
        return scores.Count == 1 ? scores[0] : new TagScores(Of(all => all.Rating), Of(all => all.General), Of(all => all.Character));

        OrderedDictionary<string, float> Of(Func<TagScores, IReadOnlyDictionary<string, float>> category)
        {
            var byTag = new OrderedDictionary<string, List<float>>(StringComparer.Ordinal);
            foreach (var (tag, score) in scores.SelectMany(category))
            {
                if (!byTag.TryGetValue(tag, out var known))
                    byTag.Add(tag, known = []);
                known.Add(score);
            }

            var combined = new OrderedDictionary<string, float>(StringComparer.Ordinal);
            foreach (var (tag, known) in byTag)
                combined.Add(tag, name == "union" ? known.Max() : (float)known.Average(score => (double)score));
            return combined;
        }
    }
}
