namespace LoraBuild.Pages.Evaluation;

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
