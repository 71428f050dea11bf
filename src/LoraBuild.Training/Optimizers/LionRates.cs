namespace LoraBuild.Training.Optimizers;

/// <summary>The numbers of <see cref="Lion"/>, and its step on tensors in 32 bits.</summary>
/// <param name="Beta1">Weight of the momentum in the direction of a step.</param>
/// <param name="Beta2">Weight of the momentum in its own average.</param>
/// <param name="WeightDecay">Decoupled weight decay.</param>
public sealed record LionRates(double Beta1, double Beta2, double WeightDecay)
{
    /// <summary>Moves weights and momentum in place.</summary>
    public void Update(Tensor weights, Tensor gradients, Tensor momentum, double learningRate)
    {
        using var scope = NewDisposeScope();
        var direction = (momentum * Beta1).add_(gradients, alpha: 1 - Beta1).sign_();
        weights.mul_(1 - (learningRate * WeightDecay)).add_(direction, alpha: -learningRate);
        momentum.mul_(Beta2).add_(gradients, alpha: 1 - Beta2);
    }
}
