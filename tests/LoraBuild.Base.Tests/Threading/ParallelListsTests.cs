using FsCheck.Xunit;
using LoraBuild.Base.Threading;

namespace LoraBuild.Base.Tests.Threading;

public sealed class ParallelListsTests
{
    [Property(MaxTest = 100)]
    public void What_is_selected_has_the_order_of_the_items(int[] items) =>
        Assert.Equal(items.Select(item => item * 3L), items.SelectInParallel(item => item * 3L));

    [Theory]
    [InlineData(1_023)]
    [InlineData(20_001)]
    public void Each_of_many_items_has_its_turn_once(int count)
    {
        var turns = new int[count];
        Enumerable.Range(0, count).ToList().ForEachInParallel(i => Interlocked.Increment(ref turns[i]));
        Assert.All(turns, turn => Assert.Equal(1, turn));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public void What_fails_is_thrown_as_it_is(int count)
    {
        var items = Enumerable.Range(0, count).ToList();
        Assert.Equal(
            "0", Assert.Throws<IOException>(() => items.SelectInParallel(item => item == 0 ? throw new IOException("0") : item)).Message);
        Assert.Equal("0", Assert.Throws<IOException>(() => items.ForEachInParallel(item => ThrowAt(0, item))).Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_cancelled_loop_ends_with_that(int count)
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => new int[count].ForEachInParallel(_ => { }, cancelled.Token));
    }

    private static void ThrowAt(int wanted, int item)
    {
        if (item == wanted)
            throw new IOException($"{item}");
    }
}
