using LoraBuild.Training.Parameters;

namespace LoraBuild.Training.Optimizers;

/// <summary>
/// Changes the weights of a <see cref="ParameterBuffer"/> by its gradients. Its state lies in flat buffers too. A new one is a class here,
/// with a static <c>Create(ParameterBuffer, KeywordArguments)</c>, and a line of the same name in <see cref="Settings.OptimizerType"/>.
/// </summary>
public interface IOptimizer : IDisposable
{
    /// <summary>One step.</summary>
    /// <param name="learningRate">The learning rate of each group.</param>
    void Step(Func<ParameterGroup, double> learningRate);

    /// <summary>
    /// State to save so that a training goes on with the same bits, by name: the live tensors, to be read or copied into.
    /// </summary>
    IReadOnlyDictionary<string, Tensor> State { get; }

    /// <summary>
    /// The state of one weight alone, as views: what must be put back, with the weight, where a step is not to count for it. Called before
    /// that step.
    /// </summary>
    /// <param name="weight">The weight and its place in the flat buffers.</param>
    IEnumerable<Tensor> StateOf(ParameterPlace weight);

    /// <summary>
    /// Puts the weights in place that are meant for use: to save, to draw with, to measure. Disposing the result puts those back, bit for
    /// bit, that training goes on with. Null where they are the same.
    /// </summary>
    IDisposable? ShowResult() => null;
}
