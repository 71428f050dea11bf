namespace LoraBuild.Training.Parameters;

/// <summary>Where a weight lies in the flat buffers.</summary>
/// <param name="Shape">The weight.</param>
/// <param name="Start">Its first element.</param>
public sealed record ParameterPlace(ParameterShape Shape, long Start)
{
    /// <summary>The weight's elements in a flat buffer, as a view.</summary>
    public Tensor Of(Tensor buffer) => buffer.narrow(0, Start, Shape.Count);
}
