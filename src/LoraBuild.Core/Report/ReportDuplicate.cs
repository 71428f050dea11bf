namespace LoraBuild.Core.Report;

/// <summary>Two pictures that look alike.</summary>
/// <param name="Kept">The id of the one to keep.</param>
/// <param name="Other">The id of the other.</param>
/// <param name="Distance">In how many of 64 bits their perceptual hashes differ.</param>
public sealed record ReportDuplicate(string Kept, string Other, int Distance);
