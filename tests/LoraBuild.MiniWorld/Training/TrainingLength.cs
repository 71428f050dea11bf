namespace LoraBuild.MiniWorld.Training;

/// <summary>How long to train, and how fast.</summary>
/// <param name="Steps">Steps.</param>
/// <param name="Batch">Samples a step.</param>
/// <param name="Rate">The learning rate to start with.</param>
/// <param name="LastRate">The one to end with.</param>
/// <param name="Hold">The share of the steps for which it stays.</param>
internal sealed record TrainingLength(int Steps, int Batch, double Rate, double LastRate, double Hold = 0);
