using System.Collections;

namespace LoraBuild.Torch;

/// <summary>
/// The elements of a CPU tensor in row-major order, whatever its strides. Reads and writes go to the tensor's own memory, which the
/// accessor keeps alive.
/// </summary>
public sealed unsafe class TensorAccessor<T> : IDisposable, IEnumerable<T> where T : unmanaged
{
    private readonly torch.Tensor _tensor;
    private readonly T* _data;
    private readonly long[] _shape;
    private readonly long[] _strides;
    private readonly bool _contiguous;

    internal TensorAccessor(torch.Tensor tensor)
    {
        _tensor = tensor;
        _data = (T*)tensor.Data();
        _shape = tensor.shape;
        _strides = tensor.stride();
        _contiguous = tensor.is_contiguous();
        Count = tensor.numel();
    }

    public long Count { get; }

    /// <summary>The element at a position in row-major order, or at one index a dimension.</summary>
    public T this[params long[] indices]
    {
        get
        {
            var value = _data[Offset(indices)];
            GC.KeepAlive(_tensor);
            return value;
        }
    }

    public T[] ToArray()
    {
        var array = new T[Count];
        CopyTo(array.AsSpan());
        return array;
    }

    /// <summary>Copies from <paramref name="tensorIndex"/> on, until either side ends.</summary>
    public void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        var target = array[arrayIndex..];
        var count = (int)Math.Min(target.Length, Count - tensorIndex);
        if (_contiguous)
        {
            new ReadOnlySpan<T>(_data + tensorIndex, count).CopyTo(target);
        }
        else
        {
            for (var i = 0; i < count; i++)
                target[i] = _data[Offset(tensorIndex + i)];
        }
        GC.KeepAlive(_tensor);
    }

    public IEnumerator<T> GetEnumerator()
    {
        for (long i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Nothing to free: the tensor lives by its own rules.</summary>
    public void Dispose()
    {
    }

    private long Offset(long[] indices)
    {
        if (indices.Length == 1)
            return Offset(indices[0]);
        if (indices.Length != _shape.Length)
            throw new ArgumentException($"{indices.Length} indices for a tensor of {_shape.Length} dimensions.", nameof(indices));
        long offset = 0;
        for (var i = 0; i < indices.Length; i++)
        {
            if (indices[i] < 0 || indices[i] >= _shape[i])
                throw new IndexOutOfRangeException($"Index {indices[i]} in dimension {i} of size {_shape[i]}.");
            offset += indices[i] * _strides[i];
        }
        return offset;
    }

    private long Offset(long position)
    {
        if (position < 0 || position >= Count)
            throw new IndexOutOfRangeException($"Index {position} in {Count} elements.");
        if (_contiguous)
            return position;
        long offset = 0;
        for (var i = _shape.Length - 1; i >= 0; i--)
        {
            position = Math.DivRem(position, _shape[i], out var index);
            offset += index * _strides[i];
        }
        return offset;
    }
}
