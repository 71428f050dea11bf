namespace LoraBuild.Training.Captions;

/// <summary>When in a training a caption is read.</summary>
/// <param name="Step">The optimizer step, from 0.</param>
/// <param name="TotalSteps">Optimizer steps of the whole training.</param>
/// <param name="Epoch">The pass over the data, from 1 as sd-scripts counts them.</param>
public readonly record struct CaptionMoment(int Step, int TotalSteps, int Epoch);
