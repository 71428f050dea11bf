using LoraBuild.Core.Buckets;

namespace LoraBuild.Training.Data;

/// <summary>The samples of one step.</summary>
/// <param name="Step">The step, from 0.</param>
/// <param name="Size">Their size in pixels.</param>
/// <param name="Samples">The samples.</param>
public sealed record TrainingBatch(int Step, PixelSize Size, IReadOnlyList<TrainingSample> Samples);
