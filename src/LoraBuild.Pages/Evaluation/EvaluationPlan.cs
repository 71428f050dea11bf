using LoraBuild.Dataset.Characters;

namespace LoraBuild.Pages.Evaluation;

/// <summary>The plan of a LoRA's evaluation for one character: what is drawn, and what is looked for.</summary>
/// <param name="Character">The character.</param>
/// <param name="Features">The features that the trigger word stands for, with the share of her own pictures in which the tagger sees
/// it.</param>
/// <param name="Cases">The prompts, family by family.</param>
public sealed record EvaluationPlan(Character Character, IReadOnlyList<IdentityFeature> Features, IReadOnlyList<EvaluationCase> Cases)
{
    /// <summary>The pictures of one of the two models, each once, in the order of the cases.</summary>
    public IReadOnlyList<EvaluationPicture> Pictures(bool withLora) =>
        [.. Cases.Select(one => new EvaluationPicture(one.PromptFor(withLora), one.Seed)).Distinct()];
}
