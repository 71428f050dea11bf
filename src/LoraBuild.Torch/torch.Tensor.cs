using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using LoraBuild.Torch.Interop;

namespace LoraBuild.Torch;

public static partial class torch
{
    public static Tensor tensor(byte scalar, Device? device = null, bool requires_grad = false) =>
        Copy<byte>([scalar], [], null, device, requires_grad);

    public static Tensor tensor(sbyte scalar, Device? device = null, bool requires_grad = false) =>
        Copy<sbyte>([scalar], [], null, device, requires_grad);

    public static Tensor tensor(short scalar, Device? device = null, bool requires_grad = false) =>
        Copy<short>([scalar], [], null, device, requires_grad);

    public static Tensor tensor(int scalar, Device? device = null, bool requires_grad = false) =>
        Copy<int>([scalar], [], null, device, requires_grad);

    public static Tensor tensor(float scalar, Device? device = null, bool requires_grad = false) =>
        Copy<float>([scalar], [], null, device, requires_grad);

    public static Tensor tensor(long scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Copy<long>([scalar], [], dtype, device, requires_grad);

    public static Tensor tensor(double scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Copy<double>([scalar], [], dtype, device, requires_grad);

    public static Tensor tensor(bool scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Copy<bool>([scalar], [], dtype, device, requires_grad);

    public static Tensor tensor<T>(
        T[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) where T : unmanaged =>
        Copy<T>(rawArray, [rawArray.Length], dtype, device, requires_grad);

    public static Tensor tensor<T>(
        T[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
        where T : unmanaged =>
        Copy<T>(rawArray, dimensions, dtype, device, requires_grad);

    public static Tensor tensor<T>(
        Memory<T> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
        where T : unmanaged =>
        Copy<T>(rawArray.Span, dimensions, dtype, device, requires_grad);

    public static Tensor tensor<T>(
        IList<T> rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) where T : unmanaged =>
        Copy<T>(AsArray(rawArray), [rawArray.Count], dtype, device, requires_grad);

    public static Tensor tensor<T>(
        IList<T> rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
        where T : unmanaged =>
        Copy<T>(AsArray(rawArray), dimensions, dtype, device, requires_grad);

    public static Tensor tensor<T>(
        IList<T> rawArray, long rows, long columns, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
        where T : unmanaged =>
        Copy<T>(AsArray(rawArray), [rows, columns], dtype, device, requires_grad);

    public static Tensor tensor<T>(
        IList<T> rawArray, long dim0, long dim1, long dim2, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
        where T : unmanaged =>
        Copy<T>(AsArray(rawArray), [dim0, dim1, dim2], dtype, device, requires_grad);

    public static Tensor tensor<T>(
        IList<T> rawArray, long dim0, long dim1, long dim2, long dim3, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false)
        where T : unmanaged =>
        Copy<T>(AsArray(rawArray), [dim0, dim1, dim2, dim3], dtype, device, requires_grad);

    public static Tensor tensor<T>(
        T[,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) where T : unmanaged =>
        Copy(Flat<T>(rawArray), [rawArray.GetLength(0), rawArray.GetLength(1)], dtype, device, requires_grad);

    public static Tensor tensor<T>(
        T[,,] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) where T : unmanaged =>
        Copy(
            Flat<T>(rawArray), [rawArray.GetLength(0), rawArray.GetLength(1), rawArray.GetLength(2)], dtype, device, requires_grad);

    /// <summary>
    /// A tensor over the array's own memory, which stays pinned until the tensor and all its views are gone. Another
    /// <paramref name="dtype"/> than the array's makes a copy.
    /// </summary>
    /// <param name="count">Elements; -1 for all from <paramref name="offset"/> on.</param>
    /// <param name="offset">Elements to skip.</param>
    public static unsafe Tensor frombuffer(
        Array rawArray, ScalarType dtype, long count = -1, long offset = 0, bool requires_grad = false)
    {
        if (offset < 0 || offset >= rawArray.LongLength)
            throw new ArgumentException($"invalid value for 'offset': {offset}");
        if (count < 0)
            count = rawArray.LongLength - offset;
        if (count > rawArray.LongLength - offset)
            throw new IndexOutOfRangeException($"element count is too large: {count}");

        var type = ScalarTypeExtensions.Of(rawArray.GetType().GetElementType()!);
        var pin = GCHandle.Alloc(rawArray, GCHandleType.Pinned);
        nint handle;
        var data = pin.AddrOfPinnedObject() + (nint)(offset * type.ElementSize());
        if (Native.lb_from_memory(data, &count, 1, (int)type, GCHandle.ToIntPtr(pin), &handle) < 0)
        {
            pin.Free();
            Native.Throw();
        }
        return Place(new Tensor(handle), dtype, null, requires_grad);
    }

    private static unsafe Tensor Copy<T>(
        ReadOnlySpan<T> data, ReadOnlySpan<long> shape, ScalarType? dtype, Device? device, bool requiresGrad) where T : unmanaged
    {
        long count = 1;
        foreach (var size in shape)
            count *= size;
        if (count != data.Length)
            throw new ArgumentException($"{data.Length} elements do not fill a tensor of shape [{string.Join(", ", shape.ToArray())}].");

        var tensor = empty(shape, ScalarTypeExtensions.Of(typeof(T)));
        data.CopyTo(new Span<T>((void*)tensor.Data(), data.Length));
        return Place(tensor, dtype, device, requiresGrad);
    }

    /// <summary>The tensor with that type on that device; the original is disposed when it had others.</summary>
    private static Tensor Place(Tensor tensor, ScalarType? dtype, Device? device, bool requiresGrad)
    {
        var (type, place) = (dtype ?? tensor.dtype, device ?? CPU);
        if (type != tensor.dtype || !place.Equals(CPU))
            tensor = tensor.to(type, place, disposeAfter: true);
        return Finish(tensor, requiresGrad);
    }

    private static T[] AsArray<T>(IList<T> list) => list as T[] ?? [.. list];

    private static Span<T> Flat<T>(Array array) where T : unmanaged =>
        MemoryMarshal.CreateSpan(ref Unsafe.As<byte, T>(ref MemoryMarshal.GetArrayDataReference(array)), array.Length);
}
