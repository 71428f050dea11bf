namespace LoraBuild.Training.Optimizers;

/// <summary>The numbers of <see cref="Adafactor"/>; names and defaults are those of the transformers library.</summary>
/// <param name="SquareEpsilon">What is added to squared gradients.</param>
/// <param name="ScaleEpsilon">The least scale of a weight, where <paramref name="ScaleParameter"/>.</param>
/// <param name="ClipThreshold">The largest root mean square of a weight's step before the learning rate.</param>
/// <param name="DecayRate">The k-th step's decay of the averages is 1 - k to this power.</param>
/// <param name="Beta1">Decay of a running average of the steps; null: none.</param>
/// <param name="WeightDecay">Decoupled weight decay.</param>
/// <param name="ScaleParameter">Whether the learning rate is multiplied by a weight's root mean square.</param>
/// <param name="RelativeStep">Whether the learning rate follows from the number of steps; then no other counts.</param>
/// <param name="WarmupInit">Whether that one rises at first.</param>
public sealed record AdafactorOptions(
    double SquareEpsilon = 1e-30,
    double ScaleEpsilon = 1e-3,
    double ClipThreshold = 1,
    double DecayRate = -0.8,
    double? Beta1 = null,
    double WeightDecay = 0,
    bool ScaleParameter = true,
    bool RelativeStep = true,
    bool WarmupInit = false)
{
    /// <summary>The learning rate of a step before the weight's scale.</summary>
    /// <param name="step">The step, from 1.</param>
    /// <param name="learningRate">The rate that the schedule gives.</param>
    public double RateAt(long step, double learningRate) =>
        RelativeStep ? Math.Min(WarmupInit ? 1e-6 * step : 1e-2, 1 / Math.Sqrt(step)) : learningRate;
}
