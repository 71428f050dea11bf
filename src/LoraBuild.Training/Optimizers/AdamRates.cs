namespace LoraBuild.Training.Optimizers;

/// <summary>The numbers that Adam and its relatives share.</summary>
/// <param name="Beta1">Decay of the running average of gradients.</param>
/// <param name="Beta2">Decay of the running average of their squares.</param>
/// <param name="Epsilon">What is added to the square root that a step is divided by.</param>
/// <param name="WeightDecay">Decoupled weight decay.</param>
public sealed record AdamRates(double Beta1 = 0.9, double Beta2 = 0.999, double Epsilon = 1e-8, double WeightDecay = 0);
