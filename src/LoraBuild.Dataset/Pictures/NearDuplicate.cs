namespace LoraBuild.Dataset.Pictures;

/// <summary>Two pictures that look alike.</summary>
/// <param name="Kept">The id of the one with more pixels; of equally large ones the first.</param>
/// <param name="Other">The id of the other.</param>
/// <param name="Distance">In how many of 64 bits their perceptual hashes differ.</param>
public sealed record NearDuplicate(string Kept, string Other, int Distance);
