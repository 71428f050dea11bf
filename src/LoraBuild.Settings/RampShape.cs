namespace LoraBuild.Settings;

/// <summary>The shape of a rise from 0 to 1 or a fall from 1 to 0 of <see cref="LearningRateSchedule.WarmupStableDecay"/>.</summary>
public enum RampShape
{
    /// <summary><c>linear</c>.</summary>
    Linear,

    /// <summary><c>cosine</c>: along a half cosine, or several on the way down.</summary>
    Cosine,

    /// <summary><c>1-sqrt</c>.</summary>
    OneMinusRoot,
}

/// <summary>The shapes by transformers' names.</summary>
public static class RampShapes
{
    private static readonly (string Name, RampShape Shape)[] Known =
        [("linear", RampShape.Linear), ("cosine", RampShape.Cosine), ("1-sqrt", RampShape.OneMinusRoot)];

    /// <summary>All names.</summary>
    public static string[] Names => [.. Known.Select(known => known.Name)];

    /// <summary>The shape of a name; another one where there is no name.</summary>
    /// <param name="name">One of <see cref="Names"/>, or null.</param>
    /// <param name="ifMissing">The shape without a name.</param>
    public static RampShape Of(string? name, RampShape ifMissing) =>
        name is null ? ifMissing : Known.Single(known => known.Name == name).Shape;
}
