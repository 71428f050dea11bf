namespace LoraBuild.Diffusion.Pickles;

/// <summary>A tensor as a pickle describes it: a view of a storage.</summary>
/// <param name="Storage">Where its elements lie.</param>
/// <param name="Offset">Its first element's place in the storage.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Strides">Elements from one index to the next along each axis.</param>
internal sealed record PickledTensor(PickledStorage Storage, long Offset, IReadOnlyList<long> Shape, IReadOnlyList<long> Strides)
{
    /// <summary>Whether its elements follow one another without a gap, the last axis fastest.</summary>
    public bool IsContiguous
    {
        get
        {
            var expected = 1L;
            for (var axis = Shape.Count - 1; axis >= 0; axis--)
            {
                if (Shape[axis] != 1 && Strides[axis] != expected)
                    return false;
                expected *= Shape[axis];
            }
            return true;
        }
    }

    /// <summary>The number of elements from its first to its last, both included; 0 where it has none.</summary>
    public Int128 Extent => Shape.Contains(0)
        ? 0
        : Shape.Zip(Strides, (size, stride) => (Int128)(size - 1) * stride).Aggregate((Int128)1, (sum, part) => sum + part);
}
