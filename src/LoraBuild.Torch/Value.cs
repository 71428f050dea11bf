using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using LoraBuild.Torch.Interop;

namespace LoraBuild.Torch;

/// <summary>An argument of an operator. It refers to the tensor or array that it stands for, which keeps that alive in the call.</summary>
internal readonly struct Value
{
    private Value(Tag tag, long bits = 0, object? reference = null) => (Tag, Bits, Reference) = (tag, bits, reference);

    internal Tag Tag { get; }

    internal long Bits { get; }

    internal object? Reference { get; }

    internal static Value None => default;

    public static implicit operator Value(torch.Tensor? value) => value is null ? None : new(Tag.Tensor, value.Handle, value);

    public static implicit operator Value(long value) => new(Tag.Int, value);

    public static implicit operator Value(double value) => new(Tag.Double, BitConverter.DoubleToInt64Bits(value));

    public static implicit operator Value(bool value) => new(Tag.Bool, value ? 1 : 0);

    public static implicit operator Value(long? value) => value is { } number ? number : None;

    public static implicit operator Value(torch.ScalarType value) => (long)value;

    public static implicit operator Value(torch.ScalarType? value) => value is { } type ? type : None;

    public static implicit operator Value(Scalar? value) => value is null ? None : value.Value;

    public static implicit operator Value(string? value) => value is null ? None : new(Tag.String, 0, value);

    public static implicit operator Value(torch.Device? value) => value is null ? None : new(Tag.Device, value.Bits);

    public static implicit operator Value(torch.Generator? value) => value is null ? None : new(Tag.Generator, value.Handle, value);

    public static implicit operator Value(long[]? value) => value is null ? None : new(Tag.IntList, 0, value);

    public static implicit operator Value(ReadOnlySpan<long> value) => value.ToArray();

    public static implicit operator Value(torch.Tensor[] value) => new(Tag.TensorList, 0, value);

    /// <summary>64-bit slots that the value's list or text takes beside its <see cref="NativeValue"/>.</summary>
    internal int Slots => Reference switch
    {
        Array array => array.Length,
        string text => (Encoding.UTF8.GetMaxByteCount(text.Length) + 7) / 8,
        _ => 0,
    };

    /// <summary>Writes the value, its list or text into <paramref name="slots"/>, which must not move until the call is over.</summary>
    /// <returns>The number of slots that were used.</returns>
    internal unsafe int Write(out NativeValue target, Span<long> slots)
    {
        target = new NativeValue { Tag = Tag, Bits = Bits };
        switch (Reference)
        {
            case long[] list:
                list.CopyTo(slots);
                target.Count = list.Length;
                break;
            case torch.Tensor[] list:
                for (var i = 0; i < list.Length; i++)
                    slots[i] = list[i].Handle;
                target.Count = list.Length;
                break;
            case string text:
                target.Count = Encoding.UTF8.GetBytes(text, MemoryMarshal.AsBytes(slots));
                break;
            default:
                return 0;
        }
        target.Bits = (long)Unsafe.AsPointer(ref MemoryMarshal.GetReference(slots));
        return Reference is string ? (target.Count + 7) / 8 : target.Count;
    }
}
