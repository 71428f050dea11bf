using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Tags;
using LoraBuild.Pages.Evaluation;
using LoraBuild.Settings;

namespace LoraBuild.Pages.Tests.Evaluation;

/// <summary>A character of two features and one outfit, a tagger of a few tags, and what it sees.</summary>
internal static class SmallEvaluation
{
    public static readonly string[] Vocabulary =
        [
            "1girl", "solo", "full body", "black hair", "horse ears", "red skirt", "blue skirt", "red hat", "waving", "outdoors",
            "white shirt", "skirt",
        ];

    public static readonly Character Character = new(
        "character.yaml", "aoi", [], FeatureRules.Default, [new Outfit("school", ["white shirt", "blue skirt", "cape"])], [], [], []);

    public static readonly IdentityFeatures Identity = new([new("black hair", 1), new("horse ears", 0.75)], ["1girl", "solo"]);

    public static EvaluationPlan Plan(
        EvaluationSettings settings, IReadOnlyList<string>? dataset = null, IReadOnlyList<string>? vocabulary = null) =>
        EvaluationPlanner.Plan(
            Character, Identity, dataset ?? ["white shirt", "blue skirt"], vocabulary ?? Vocabulary, ImplicationTable.Danbooru, settings);

    /// <summary>
    /// Figures where the LoRA's pictures all have one set of tags and the base model's another, besides what each was asked for.
    /// </summary>
    public static CharacterEvaluation Score(
        EvaluationPlan plan, string[] lora, string[] plain, bool isLoraObedient = true) => EvaluationScorer.Score(
        plan,
        (picture, withLora) => (
            $"pictures/{(withLora ? "lora" : "base")}/{picture.Seed}.png",
            [.. withLora ? lora : plain, .. isLoraObedient || !withLora ? TagList.Parse(picture.Prompt) : []]),
        ImplicationTable.Danbooru,
        seed: 1);
}
