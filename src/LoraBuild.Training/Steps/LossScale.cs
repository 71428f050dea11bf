namespace LoraBuild.Training.Steps;

/// <summary>
/// Loss scaling for training in half precision (Micikevicius et al., "Mixed Precision Training", ICLR 2018): the loss is multiplied by a
/// large number so that small gradients don't vanish; the number halves when a gradient overflows and doubles after 2000 steps without.
/// The same rule as torch's GradScaler.
/// </summary>
public sealed class LossScale
{
    private const int GrowthInterval = 2000;

    /// <summary>The factor of the loss.</summary>
    public double Factor { get; private set; } = 65536;

    /// <summary>Steps since the factor last changed.</summary>
    public int StepsSinceChange { get; private set; }

    /// <summary>True if gradients overflow although the loss is not even enlarged: no smaller factor would help.</summary>
    public bool IsExhausted => Factor < 1;

    /// <summary>Puts back a saved state.</summary>
    public void Restore(double factor, int stepsSinceChange) => (Factor, StepsSinceChange) = (factor, stepsSinceChange);

    /// <summary>Learns of a step.</summary>
    /// <param name="overflowed">True if a gradient was not finite.</param>
    public void Update(bool overflowed)
    {
        if (overflowed)
            (Factor, StepsSinceChange) = (Factor / 2, 0);
        else if (++StepsSinceChange == GrowthInterval)
            (Factor, StepsSinceChange) = (Factor * 2, 0);
    }
}
