using LoraBuild.Diffusion.Memory;

namespace LoraBuild.Diffusion.Layers;

/// <summary>
/// A frozen weight in 8 bits: e4m3 (Micikevicius et al., "FP8 Formats for Deep Learning", 2022; torch's <c>float8_e4m3fn</c>) with one
/// scale, by which the largest value becomes the format's. A byte is looked up in a table, so that any engine and device can do it.
/// </summary>
internal sealed class EightBitWeight : IDisposable
{
    private readonly Tensor table;
    private readonly long[] shape;
    private Tensor? codes, kept;

    /// <summary>Rounds a weight to the nearest values, a tie to the even one.</summary>
    public EightBitWeight(Tensor weight)
    {
        using var ungraded = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        shape = weight.shape;
        Type = weight.dtype;
        var flat = weight.view(-1).to_type(ScalarType.Float32);
        var largest = flat.numel() == 0 ? 0 : flat.abs().max().item<float>();
        // A weight that is no number stays none: its scale is none.
        var scale = largest == 0 ? 1 : largest / E4M3.Largest;
        var places = (flat / scale).bucketize(torch.tensor(E4M3.Boundaries, device: weight.device), outInt32: true);
        codes = torch.tensor(E4M3.SortedCodes, dtype: ScalarType.Byte, device: weight.device).index_select(0, places)
            .DetachFromDisposeScope();
        table = torch.tensor([.. E4M3.Values.Select(value => value * scale)], dtype: ScalarType.Float32, device: weight.device)
            .to_type(Type).DetachFromDisposeScope();
    }

    /// <summary>The type that is computed in.</summary>
    public ScalarType Type { get; }

    /// <summary>The weight's sizes.</summary>
    public long[] Shape => shape;

    /// <summary>The bytes that it takes.</summary>
    public long Bytes => DryTensor.CountOf(shape) + TableBytes(Type);

    /// <summary>The bytes of the table of values in a type.</summary>
    public static long TableBytes(ScalarType type) => E4M3.Values.Length * DryRun.SizeOf(type);

    /// <summary>The device where it lies.</summary>
    public Device Device => table.device;

    /// <inheritdoc cref="ISwappedBlock.Leave"/>
    public void Leave() => SwappedTensor.Leave(ref codes, ref kept);

    /// <inheritdoc cref="ISwappedBlock.Return"/>
    public void Return() => SwappedTensor.Return(ref codes, kept, Device);

    /// <summary>The weight in the type that is computed in; the caller's scope owns it.</summary>
    public Tensor Decode()
    {
        using var scope = torch.NewDisposeScope();
        return table.index_select(0, codes!.to_type(ScalarType.Int32)).view(shape).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        codes?.Dispose();
        kept?.Dispose();
        table.Dispose();
    }
}

/// <summary>The 8-bit floating-point format e4m3 without infinities: a sign, 4 bits of exponent (bias 7), 3 of mantissa.</summary>
internal static class E4M3
{
    /// <summary>The largest value.</summary>
    public const float Largest = 448;

    private const int Sign = 0x80, NotANumber = 0x7F, ExponentBias = 7, MantissaBits = 3;

    /// <summary>The value of each byte.</summary>
    public static float[] Values { get; } = [.. Enumerable.Range(0, 256).Select(Value)];

    /// <summary>The bytes of all numbers, by their value; 0 is there once.</summary>
    public static byte[] SortedCodes { get; } =
    [
        .. Enumerable.Range(0, 256).Where(code => (code & NotANumber) != NotANumber && code != Sign).OrderBy(Value)
            .Select(code => (byte)code),
    ];

    /// <summary>
    /// The largest number that is rounded to each of <see cref="SortedCodes"/> but the last: the middle to the next one, or, where a tie
    /// goes to that one since its mantissa is even, the number below.
    /// </summary>
    public static float[] Boundaries { get; } =
    [
        .. SortedCodes.Zip(SortedCodes.Skip(1), (lower, upper) =>
        {
            var middle = (Value(lower) + Value(upper)) / 2;
            return (lower & 1) == 0 ? middle : MathF.BitDecrement(middle);
        }),
    ];

    private static float Value(int code)
    {
        if ((code & NotANumber) == NotANumber)
            return float.NaN;
        var (exponent, mantissa) = ((code & NotANumber) >> MantissaBits, code & ((1 << MantissaBits) - 1));
        // The smallest numbers have no leading 1.
        var magnitude = exponent == 0
            ? mantissa * MathF.Pow(2, 1 - ExponentBias - MantissaBits)
            : ((1 << MantissaBits) + mantissa) * MathF.Pow(2, exponent - ExponentBias - MantissaBits);
        return (code & Sign) == 0 ? magnitude : -magnitude;
    }
}
