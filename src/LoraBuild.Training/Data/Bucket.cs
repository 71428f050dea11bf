using LoraBuild.Base.Geometry;

namespace LoraBuild.Training.Data;

/// <summary>The samples of one size.</summary>
/// <param name="Size">The size that training sees.</param>
/// <param name="Samples">The index of a picture for each time that an epoch shows it.</param>
public sealed record Bucket(PixelSize Size, IReadOnlyList<int> Samples);
