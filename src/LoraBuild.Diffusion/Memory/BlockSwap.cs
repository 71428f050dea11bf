namespace LoraBuild.Diffusion.Memory;

/// <summary>A block whose weights can leave the device that works.</summary>
public interface ISwappedBlock
{
    /// <summary>The bytes of its weights.</summary>
    long Bytes { get; }

    /// <summary>The bytes that they take in 8 bits.</summary>
    long CompressedBytes { get; }

    /// <summary>Brings its weights to the device.</summary>
    void Return();

    /// <summary>Frees the device of its weights, which are kept in main memory.</summary>
    void Leave();
}

/// <summary>
/// sd-scripts' <c>blocks_to_swap</c>: so many of a model's blocks have their weights in main memory. On the device is a window of blocks
/// side by side. On the way forward a block leaves it when it is done, and the first one behind the window is fetched ahead of its
/// turn; on the way back the same the other way round. At most blocks - 2 are swapped, so that two are there at any time.
/// </summary>
public sealed class BlockSwap
{
    private readonly IReadOnlyList<ISwappedBlock> blocks;
    private readonly int swapped;
    private int last;
    private bool returning;

    /// <summary>Lets the last blocks leave.</summary>
    /// <param name="blocks">The blocks in the order of a pass, all on the device.</param>
    /// <param name="swapped">1..blocks - 2.</param>
    public BlockSwap(IReadOnlyList<ISwappedBlock> blocks, int swapped)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(swapped, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(swapped, MostOf(blocks.Count));
        (this.blocks, this.swapped) = (blocks, swapped);
        for (var i = Resident; i < blocks.Count; i++)
            blocks[i].Leave();
    }

    /// <summary>The first block that is on the device.</summary>
    public int First { get; private set; }

    /// <summary>The number of blocks on the device.</summary>
    public int Resident => blocks.Count - swapped;

    /// <summary>The most of so many blocks that can be swapped.</summary>
    public static int MostOf(int blocks) => Math.Max(0, blocks - 2);

    /// <summary>The most bytes of blocks that are on the device at one time.</summary>
    /// <param name="bytes">The bytes of each block.</param>
    /// <param name="swapped">The number of blocks that are swapped.</param>
    public static long MostBytes(IReadOnlyList<long> bytes, int swapped) =>
        Enumerable.Range(0, swapped + 1).Max(start => bytes.Skip(start).Take(bytes.Count - swapped).Sum());

    /// <summary>
    /// Called before a block works, again where it does so in several steps. Blocks come in order, back after the last one or not, and
    /// from the first one again.
    /// </summary>
    /// <param name="index">The block, from 0.</param>
    public void Before(int index)
    {
        if (index != last)
            returning = index == last - 1;
        last = index;
        // The blocks behind are done on the way back, those before on the way forward.
        MoveTo(returning ? Math.Max(0, swapped - (blocks.Count - 1 - index)) : Math.Min(index, swapped));
    }

    // What leaves makes room for what comes.
    private void MoveTo(int first)
    {
        var before = (Start: First, End: First + Resident);
        First = first;
        for (var i = before.Start; i < before.End; i++)
        {
            if (i < first || i >= first + Resident)
                blocks[i].Leave();
        }

        for (var i = first; i < first + Resident; i++)
        {
            if (i < before.Start || i >= before.End)
                blocks[i].Return();
        }
    }
}
