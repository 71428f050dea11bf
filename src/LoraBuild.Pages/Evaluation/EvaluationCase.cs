namespace LoraBuild.Pages.Evaluation;

/// <summary>One prompt of an evaluation. It is drawn twice from the same seed, with the LoRA and without.</summary>
/// <param name="Family">The purpose of the prompt.</param>
/// <param name="Prompt">The prompt that is drawn with the LoRA.</param>
/// <param name="BasePrompt">The prompt that is drawn without: where <paramref name="Prompt"/> has the trigger word, the words that it
/// replaced in captions. Identity alone says the trigger word to the base model as well, to show what it draws for a word that it does not
/// know.</param>
/// <param name="Seed">The seed of both pictures.</param>
/// <param name="Asked">Tags that the tagger knows and that both pictures should show; empty where only her features count.</param>
/// <param name="Kind">The kind of thing that is asked for; null but for obedience and leakage.</param>
/// <param name="Outfit">The outfit that is asked for, by its name; null but for outfits.</param>
public sealed record EvaluationCase(
    EvaluationFamily Family,
    string Prompt,
    string BasePrompt,
    long Seed,
    IReadOnlyList<string> Asked,
    AskedKind? Kind = null,
    string? Outfit = null)
{
    /// <summary>The prompt for one of the two pictures.</summary>
    public string PromptFor(bool withLora) => withLora ? Prompt : BasePrompt;
}
