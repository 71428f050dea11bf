namespace LoraBuild.MiniWorld.Training;

/// <summary>Drawings of <see cref="DrawnLatents"/> to learn from.</summary>
/// <param name="Size">Their latents' height and width.</param>
/// <param name="Rows">Which of that size.</param>
/// <param name="Captions">A caption each.</param>
internal sealed record LatentChoice((long Height, long Width) Size, long[] Rows, IReadOnlyList<string> Captions);
