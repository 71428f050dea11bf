namespace LoraBuild.Training.Parameters;

/// <summary>A stretch of the flat buffers whose weights are treated alike.</summary>
/// <param name="Group">The weights' group.</param>
/// <param name="IsBlocked">
/// Whether it holds large weights, each filled up with zeros to whole blocks of <see cref="ParameterBuffer.BlockSize"/> elements, or small
/// ones, of which only the last is.
/// </param>
/// <param name="Start">First element.</param>
/// <param name="Length">Number of elements.</param>
public sealed record ParameterRange(ParameterGroup Group, bool IsBlocked, long Start, long Length)
{
    /// <summary>This stretch of a flat buffer, as a view.</summary>
    public Tensor Of(Tensor buffer) => buffer.narrow(0, Start, Length);
}
