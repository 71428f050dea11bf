using LoraBuild.Diffusion.Memory;

namespace LoraBuild.Diffusion.Tests;

/// <summary>The blocks on a device of <c>blocks_to_swap</c>, with a stand-in for the device.</summary>
public class BlockSwapTests
{
    [Fact]
    public void Blocks_leave_when_they_are_done_and_come_ahead_of_their_turn_both_ways()
    {
        var device = new Device(5);
        var swap = new BlockSwap(device.Blocks, 2);
        Assert.Equal("-3 -4", device.Log());

        Pass(swap, [0, 1, 2, 3, 4]);
        Assert.Equal("-0 +3 -1 +4", device.Log());
        Pass(swap, [4, 3, 2, 1, 0]);
        Assert.Equal("-4 +1 -3 +0", device.Log());
        // The next step, in which each block works in two parts.
        Pass(swap, [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 4, 4, 3, 3]);
        Assert.Equal("-0 +3 -1 +4 -4 +1", device.Log());
        Assert.Equal((1, 3), (swap.First, device.Most));
    }

    [Fact]
    public void Passes_without_a_way_back_begin_again_with_the_first_block()
    {
        var device = new Device(6);
        var swap = new BlockSwap(device.Blocks, 4);

        for (var pass = 0; pass < 2; pass++)
            Pass(swap, [0, 1, 2, 3, 4, 5]);

        Assert.Equal("-2 -3 -4 -5 -0 +2 -1 +3 -2 +4 -3 +5 -4 -5 +0 +1 -0 +2 -1 +3 -2 +4 -3 +5", device.Log());
        Assert.Equal(2, device.Most);
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(16, 1)]
    [InlineData(16, 9)]
    [InlineData(16, 14)]
    public void Each_block_is_there_when_it_works(int count, int swapped)
    {
        var device = new Device(count);
        var swap = new BlockSwap(device.Blocks, swapped);
        int[] forward = [.. Enumerable.Range(0, count)];

        for (var step = 0; step < 2; step++)
        {
            foreach (var index in (int[])[.. forward, .. Enumerable.Reverse(forward), .. forward])
            {
                swap.Before(index);
                Assert.True(device.Has(index));
            }
        }

        Assert.Equal(count - swapped, device.Most);
        Assert.Equal(count - swapped, BlockSwap.MostBytes([.. forward.Select(_ => 1L)], swapped));
    }

    [Fact]
    public void The_largest_window_is_what_the_device_must_hold()
    {
        Assert.Equal(12, BlockSwap.MostBytes([1, 2, 9, 1, 1], 2));
        Assert.Equal(14, BlockSwap.MostBytes([1, 2, 9, 1, 1], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new BlockSwap(new Device(4).Blocks, 3));
    }

    private static void Pass(BlockSwap swap, int[] order)
    {
        foreach (var index in order)
            swap.Before(index);
    }

    private sealed class Device
    {
        private readonly List<string> log = [];
        private readonly bool[] there;

        public Device(int count)
        {
            there = [.. Enumerable.Repeat(true, count)];
            Blocks = [.. Enumerable.Range(0, count).Select(index => new Block(this, index))];
        }

        public IReadOnlyList<ISwappedBlock> Blocks { get; }

        public int Most { get; private set; }

        public bool Has(int index) => there[index];

        public string Log()
        {
            var text = string.Join(' ', log);
            log.Clear();
            return text;
        }

        private sealed class Block(Device device, int index) : ISwappedBlock
        {
            public long Bytes => 1;

            public long CompressedBytes => 1;

            public void Return() => Set(true);

            public void Leave() => Set(false);

            private void Set(bool value)
            {
                Assert.NotEqual(value, device.there[index]);
                device.there[index] = value;
                device.log.Add($"{(value ? '+' : '-')}{index}");
                if (value)
                    device.Most = Math.Max(device.Most, device.there.Count(one => one));
            }
        }
    }
}
