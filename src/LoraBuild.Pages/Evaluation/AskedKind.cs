namespace LoraBuild.Pages.Evaluation;

/// <summary>The kind of thing that a prompt of <see cref="EvaluationFamily.Obedience"/> asks for.</summary>
public enum AskedKind
{
    /// <summary>Something to wear.</summary>
    Clothes,

    /// <summary>A pose or an action.</summary>
    Pose,

    /// <summary>A place or a background.</summary>
    Place,
}
