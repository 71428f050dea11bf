namespace LoraBuild.Torch;

/// <summary>A number as an argument of an operator. .NET's integers and floats convert to it implicitly.</summary>
public sealed class Scalar : IDisposable
{
    private Scalar(Value value, torch.ScalarType type) => (Value, Type) = (value, type);

    internal Value Value { get; }

    /// <summary>The number's own type.</summary>
    public torch.ScalarType Type { get; }

    public static implicit operator Scalar(int value) => new((long)value, torch.ScalarType.Int32);

    public static implicit operator Scalar(long value) => new(value, torch.ScalarType.Int64);

    public static implicit operator Scalar(float value) => new((double)value, torch.ScalarType.Float32);

    public static implicit operator Scalar(double value) => new(value, torch.ScalarType.Float64);

    /// <summary>Nothing to free: kept so that code written for TorchSharp, whose scalars are native, compiles.</summary>
    public void Dispose()
    {
    }
}
