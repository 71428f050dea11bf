namespace LoraBuild.Torch;

public static partial class torch
{
    public static Tensor tensor(float scalar, Device? device = null, bool requires_grad = false) =>
        Copy<float>([scalar], [], null, device, requires_grad);

    public static Tensor tensor(double scalar, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Copy<double>([scalar], [], dtype, device, requires_grad);

    public static Tensor tensor<T>(
        T[] rawArray, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) where T : unmanaged =>
        Copy<T>(rawArray, [rawArray.Length], dtype, device, requires_grad);

    public static Tensor tensor<T>(
        T[] rawArray, ReadOnlySpan<long> dimensions, ScalarType? dtype = null, Device? device = null, bool requires_grad = false)
        where T : unmanaged =>
        Copy<T>(rawArray, dimensions, dtype, device, requires_grad);

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
}
