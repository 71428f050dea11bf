namespace LoraBuild.Training;

/// <summary>What came of one optimizer step.</summary>
/// <param name="Loss">The mean over the batch of the mean squared error of the predicted noise.</param>
/// <param name="GradientNorm">The length of all gradients together, before clipping; not finite where <paramref name="Skipped"/>.</param>
/// <param name="Skipped">In half precision a gradient overflowed: the weights stayed as they were and the loss scale was halved.</param>
public readonly record struct StepResult(double Loss, double GradientNorm, bool Skipped = false);
