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

/// <summary>The purpose of an evaluation's prompts.</summary>
public enum EvaluationFamily
{
    /// <summary>The trigger word alone: does it draw her?</summary>
    Identity,

    /// <summary>The trigger word and something that the dataset does not have: is it drawn, and is she still herself?</summary>
    Obedience,

    /// <summary>The trigger word and one of her outfits, by its own trigger word or by its tags: does she wear it?</summary>
    Outfits,

    /// <summary>The things that <see cref="Obedience"/> asks for, asked of anybody: how much of her is drawn unasked?</summary>
    Leakage,
}

/// <summary>A prompt and what its two pictures show.</summary>
/// <param name="Case">The prompt.</param>
/// <param name="Lora">With the LoRA.</param>
/// <param name="Base">Without.</param>
public sealed record CaseResult(EvaluationCase Case, SeenPicture Lora, SeenPicture Base);

/// <summary>The tags that the tagger saw in one of an evaluation's pictures.</summary>
/// <param name="File">The picture, relative to the evaluation's folder.</param>
/// <param name="Features">Those of her features that the tagger saw.</param>
/// <param name="Asked">Those of the requested tags that the tagger saw.</param>
public sealed record SeenPicture(string File, IReadOnlyList<string> Features, IReadOnlyList<string> Asked);
