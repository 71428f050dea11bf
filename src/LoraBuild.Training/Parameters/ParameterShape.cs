namespace LoraBuild.Training.Parameters;

/// <summary>A weight to make room for.</summary>
/// <param name="Name">The name that a LoRA file keeps it under, such as <c>lora_unet_conv_in.hada_w1_a</c>.</param>
/// <param name="Group">Its group.</param>
/// <param name="Shape">Its shape; none for a scalar.</param>
/// <param name="RateFactor">What its group's learning rate is multiplied by.</param>
public sealed record ParameterShape(string Name, ParameterGroup Group, IReadOnlyList<long> Shape, double RateFactor = 1)
{
    /// <summary>The number of elements.</summary>
    public long Count { get; } = Shape.Aggregate(1L, (product, side) => product * side);
}
