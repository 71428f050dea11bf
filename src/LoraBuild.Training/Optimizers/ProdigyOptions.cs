namespace LoraBuild.Training.Optimizers;

/// <summary>What <see cref="Prodigy"/> has besides <see cref="AdamRates"/>; names and defaults are those of <c>prodigyopt</c>.</summary>
/// <param name="Beta3">Decay of the averages that d is found by; null: the square root of beta2.</param>
/// <param name="Decouple">Whether weights are decayed as in AdamW; else the decay is added to the gradient.</param>
/// <param name="UseBiasCorrection">Whether averages are corrected as in Adam.</param>
/// <param name="SafeguardWarmup">Whether the learning rate's warm-up is left out of what d is found by.</param>
/// <param name="FirstD"><c>d0</c>: the first estimate of d.</param>
/// <param name="DCoefficient"><c>d_coef</c>: a factor of the estimate.</param>
/// <param name="GrowthRate">d grows by this factor a step at most.</param>
public sealed record ProdigyOptions(
    double? Beta3 = null,
    bool Decouple = true,
    bool UseBiasCorrection = false,
    bool SafeguardWarmup = false,
    double FirstD = 1e-6,
    double DCoefficient = 1,
    double GrowthRate = double.PositiveInfinity);
