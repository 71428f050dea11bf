namespace LoraBuild.Training.Parameters;

/// <summary>
/// An exponential moving average of all weights over the steps, in 32 bits. As in diffusers' <c>EMAModel</c> the k-th step's decay is
/// (1 + k) / (10 + k) while that is less, so that the first weights do not outweigh what is learnt.
/// </summary>
internal sealed class WeightAverage : IDisposable
{
    private readonly ParameterBuffer parameters;
    private readonly double decay;

    /// <summary>An average that begins with the weights as they are.</summary>
    /// <param name="parameters">The weights.</param>
    /// <param name="decay">The share of the average that stays at a step, 0 to below 1.</param>
    public WeightAverage(ParameterBuffer parameters, double decay)
    {
        (this.parameters, this.decay) = (parameters, decay);
        using var ungraded = no_grad();
        Values = parameters.Values.to_type(ScalarType.Float32).clone().DetachFromDisposeScope();
    }

    /// <summary>The average of every weight, [elements], in the order of the buffers.</summary>
    public Tensor Values { get; }

    /// <summary>Begins anew with the weights as they are.</summary>
    public void Begin()
    {
        using var ungraded = no_grad();
        Values.copy_(parameters.Values);
    }

    /// <summary>Takes the weights of a step in.</summary>
    /// <param name="step">The step, from 1; steps that were skipped do not count.</param>
    public void Add(int step)
    {
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        var kept = Math.Min(decay, (1.0 + step) / (10 + step));
        Values.mul_(kept).add_(Widened.Read(parameters.Values), alpha: 1 - kept);
    }

    /// <summary>Puts the average in the place of the weights; disposing the result puts those back, bit for bit.</summary>
    public IDisposable Show()
    {
        using var ungraded = no_grad();
        var training = parameters.Values.clone().DetachFromDisposeScope();
        parameters.Values.copy_(Values);
        return new Restoration(parameters.Values, training);
    }

    /// <inheritdoc/>
    public void Dispose() => Values.Dispose();

    private sealed class Restoration(Tensor values, Tensor training) : IDisposable
    {
        public void Dispose()
        {
            using var ungraded = no_grad();
            values.copy_(training);
            training.Dispose();
        }
    }
}
