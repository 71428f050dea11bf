using LoraBuild.Dataset.Tags;

namespace LoraBuild.Pages.Evaluation;

/// <summary>Counts what the tagger saw.</summary>
public static class EvaluationScorer
{
    /// <summary>The figures of one LoRA for one character.</summary>
    /// <param name="plan">The plan by which the pictures were drawn.</param>
    /// <param name="look">The file of a picture, relative to the evaluation's folder, and the tags that the tagger gave it; with or without
    /// the LoRA.</param>
    /// <param name="implications">A tag is seen where the tagger gave it or one that implies it.</param>
    /// <param name="seed">Of the intervals.</param>
    public static CharacterEvaluation Score(
        EvaluationPlan plan,
        Func<EvaluationPicture, bool, (string File, IReadOnlyList<string> Tags)> look,
        ImplicationTable implications,
        long seed)
    {
        var features = plan.Features.Select(feature => feature.Tag).ToList();
        var cases = plan.Cases.Select(one => new CaseResult(one, See(one, withLora: true), See(one, withLora: false))).ToList();
        var byFamily = cases.ToLookup(result => result.Case.Family);
        var (identity, obedience, outfits, leakage) = (
            byFamily[EvaluationFamily.Identity].ToList(),
            byFamily[EvaluationFamily.Obedience].ToList(),
            byFamily[EvaluationFamily.Outfits].ToList(),
            byFamily[EvaluationFamily.Leakage].ToList());
        return new CharacterEvaluation(
            plan.Character.Trigger,
            [
                .. plan.Features.Select(feature => new FeatureScore(
                    feature.Tag,
                    Share(identity, result => result.Lora.Features.Contains(feature.Tag)),
                    Share(identity, result => result.Base.Features.Contains(feature.Tag)),
                    Math.Round(feature.Share, 4))),
            ],
            Hers("identity", identity),
            Family("obedience", obedience, AskedRecall),
            Bootstrap.Ratio([.. obedience.Select(result => (AskedRecall(result, result.Lora), AskedRecall(result, result.Base)))], seed),
            [.. obedience.GroupBy(result => result.Case.Kind).Select(kind => Family($"{kind.Key}", [.. kind], AskedRecall))
                .OfType<FamilyScore>()],
            Hers("identity kept", obedience),
            Family("outfits", outfits, AskedRecall),
            [.. outfits.GroupBy(result => result.Case.Outfit).Select(outfit => Family($"{outfit.Key}", [.. outfit], AskedRecall))
                .OfType<FamilyScore>()],
            Hers("leakage", leakage),
            features.Count == 0
                ? null
                : Bootstrap.Difference(
                    [.. leakage.Select(result => (FeatureRecall(result, result.Lora), FeatureRecall(result, result.Base)))], seed),
            cases);

        SeenPicture See(EvaluationCase one, bool withLora)
        {
            var (file, tags) = look(new EvaluationPicture(one.PromptFor(withLora), one.Seed), withLora);
            var said = new SaidTags(tags, implications);
            return new SeenPicture(file, [.. features.Where(said.Contains)], [.. one.Asked.Where(said.Contains)]);
        }

        double FeatureRecall(CaseResult result, SeenPicture picture) => (double)picture.Features.Count / features.Count;

        FamilyScore? Hers(string name, List<CaseResult> results) => features.Count == 0 ? null : Family(name, results, FeatureRecall);

        FamilyScore? Family(string name, List<CaseResult> results, Func<CaseResult, SeenPicture, double> recall) => results.Count == 0
            ? null
            : new FamilyScore(
                name,
                Bootstrap.Mean([.. results.Select(result => recall(result, result.Lora))], seed)!,
                Bootstrap.Mean([.. results.Select(result => recall(result, result.Base))], seed)!);
    }

    private static double AskedRecall(CaseResult result, SeenPicture picture) => (double)picture.Asked.Count / result.Case.Asked.Count;

    private static double Share(List<CaseResult> results, Func<CaseResult, bool> isSo) =>
        Math.Round(results.Count(isSo) / (double)Math.Max(1, results.Count), 4);
}
