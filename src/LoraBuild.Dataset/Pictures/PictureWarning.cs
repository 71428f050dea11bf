using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Dataset.Pictures;

/// <summary>A warning about some pictures.</summary>
/// <param name="Diagnostic">The warning; its message names the first few of them.</param>
/// <param name="Pictures">The ids of all of them.</param>
public sealed record PictureWarning(Diagnostic Diagnostic, IReadOnlyList<string> Pictures);
