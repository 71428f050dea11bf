using LoraBuild.Torch.Interop;

namespace LoraBuild.Torch;

/// <summary>A number of any type as an argument of an operator. Every .NET number converts to it implicitly.</summary>
public sealed class Scalar : IDisposable
{
    private Scalar(Value value, torch.ScalarType type) => (Value, Type) = (value, type);

    internal Value Value { get; }

    /// <summary>The number's own type.</summary>
    public torch.ScalarType Type { get; }

    public static implicit operator Scalar(byte value) => new((long)value, torch.ScalarType.Byte);

    public static implicit operator Scalar(sbyte value) => new((long)value, torch.ScalarType.Int8);

    public static implicit operator Scalar(short value) => new((long)value, torch.ScalarType.Int16);

    public static implicit operator Scalar(int value) => new((long)value, torch.ScalarType.Int32);

    public static implicit operator Scalar(long value) => new(value, torch.ScalarType.Int64);

    public static implicit operator Scalar(Half value) => new((double)value, torch.ScalarType.Float16);

    public static implicit operator Scalar(BFloat16 value) => new((double)value.ToSingle(), torch.ScalarType.BFloat16);

    public static implicit operator Scalar(float value) => new((double)value, torch.ScalarType.Float32);

    public static implicit operator Scalar(double value) => new(value, torch.ScalarType.Float64);

    public static implicit operator Scalar(bool value) => new(value, torch.ScalarType.Bool);

    /// <summary>Nothing to free: kept so that code written for TorchSharp, whose scalars are native, compiles.</summary>
    public void Dispose()
    {
    }

    internal double Double => Value.Tag == Tag.Double ? BitConverter.Int64BitsToDouble(Value.Bits) : Value.Bits;

    internal long Int64 => Value.Tag == Tag.Double ? (long)BitConverter.Int64BitsToDouble(Value.Bits) : Value.Bits;
}
