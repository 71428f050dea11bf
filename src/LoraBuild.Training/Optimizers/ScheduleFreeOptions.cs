namespace LoraBuild.Training.Optimizers;

/// <summary>What <see cref="AdamWScheduleFree"/> has besides <see cref="AdamRates"/>.</summary>
/// <param name="WarmupSteps">Steps over which the learning rate rises: its own warm-up, as no schedule counts.</param>
/// <param name="R">The running average weighs the k-th step k to this power.</param>
/// <param name="WeightLrPower">And the highest learning rate so far to this one.</param>
/// <param name="InnerMomentum">Decay of a running average of the gradients; 0: none.</param>
public sealed record ScheduleFreeOptions(double WarmupSteps = 0, double R = 0, double WeightLrPower = 2, double InnerMomentum = 0);
