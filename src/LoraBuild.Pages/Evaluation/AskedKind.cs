namespace LoraBuild.Pages.Evaluation;

/// <summary>What a prompt of <see cref="EvaluationFamily.Obedience"/> asks for.</summary>
public enum AskedKind
{
    /// <summary>Something to wear.</summary>
    Clothes,

    /// <summary>What she does.</summary>
    Pose,

    /// <summary>Where she is, or before what.</summary>
    Place,
}
