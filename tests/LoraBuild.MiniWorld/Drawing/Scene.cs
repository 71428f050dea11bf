namespace LoraBuild.MiniWorld.Drawing;

/// <summary>A drawing: who is on it, how near, and before what.</summary>
/// <param name="Girls">One or two.</param>
/// <param name="Framing">full, upper (body) or portrait.</param>
/// <param name="Background">A colour of <see cref="Palette.Background"/>, outdoors or indoors.</param>
internal sealed record Scene(IReadOnlyList<Girl> Girls, string Framing, string Background);
