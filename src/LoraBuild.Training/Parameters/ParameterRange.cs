namespace LoraBuild.Training.Parameters;

/// <summary>A stretch of the flat buffers whose weights are treated alike.</summary>
/// <param name="Group">The weights' group.</param>
/// <param name="IsBlocked">
/// Whether it holds large weights, each filled up with zeros to whole blocks of <see cref="ParameterBuffer.BlockSize"/> elements, or small
/// ones, of which only the last is.
/// </param>
/// <param name="Start">First element.</param>
/// <param name="Length">Number of elements.</param>
/// <param name="RateFactor">What the group's learning rate is multiplied by.</param>
public sealed record ParameterRange(ParameterGroup Group, bool IsBlocked, long Start, long Length, double RateFactor = 1)
{
    /// <summary>The learning rate of these weights.</summary>
    /// <param name="ofGroup">The learning rate of each group.</param>
    public double LearningRate(Func<ParameterGroup, double> ofGroup) => ofGroup(Group) * RateFactor;

    /// <summary>This stretch of a flat buffer, as a view.</summary>
    public Tensor Of(Tensor buffer) => buffer.narrow(0, Start, Length);
}
