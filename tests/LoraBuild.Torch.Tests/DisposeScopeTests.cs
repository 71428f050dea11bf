using static LoraBuild.Torch.Tests.Numbers;

namespace LoraBuild.Torch.Tests;

public sealed class DisposeScopeTests
{
    [Fact]
    public void A_scope_disposes_what_was_made_in_it()
    {
        var before = Tensor.TotalCount;
        Tensor inner;
        using (var scope = NewDisposeScope())
        {
            inner = ones(3);
            _ = inner * 2 + 1;
            Assert.Equal(3, scope.DisposablesCount);
            Assert.True(scope.Contains(inner));
        }
        Assert.True(inner.IsInvalid);
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void Tensors_can_leave_a_scope()
    {
        using var outer = NewDisposeScope();
        Tensor moved, detached, chosen;
        using (var inner = NewDisposeScope())
        {
            moved = ones(1).MoveToOuterDisposeScope();
            chosen = inner.MoveToOuter(ones(1));
            detached = ones(1).DetachFromDisposeScope();
            Assert.Equal(0, inner.DisposablesCount);
        }
        Assert.False(moved.IsInvalid);
        Assert.True(outer.Contains(moved));
        Assert.True(outer.Contains(chosen));
        Assert.False(outer.Contains(detached));
        Assert.False(detached.IsInvalid);
        detached.Dispose();
    }

    [Fact]
    public void What_leaves_the_outermost_scope_is_its_holders()
    {
        Tensor x;
        using (NewDisposeScope())
            x = ones(2).MoveToOuterDisposeScope();
        Near([1, 1], x);
        x.Dispose();
        Assert.True(x.IsInvalid);
        x.Dispose();
        Assert.Throws<InvalidOperationException>(() => x.Handle);
    }

    [Fact]
    public void A_scope_can_be_emptied_and_used_on()
    {
        using var scope = NewDisposeScope();
        var keep = ones(1);
        var drop = ones(1);
        scope.DisposeEverythingBut([keep]);
        Assert.False(keep.IsInvalid);
        Assert.True(drop.IsInvalid);
        Assert.Equal(1, scope.DisposablesCount);
        scope.DisposeEverything();
        Assert.True(keep.IsInvalid);
    }

    [Fact]
    public void Tensors_disposed_by_hand_leave_their_scope()
    {
        using var scope = NewDisposeScope();
        var x = ones(1);
        x.Dispose();
        Assert.Equal(0, scope.DisposablesCount);
    }

    [Fact]
    public void A_scope_can_take_over_tensors()
    {
        var stray = ones(1);
        using (var scope = NewDisposeScope())
            scope.Attach(stray);
        Assert.True(stray.IsInvalid);
    }

    [Fact]
    public void Scopes_belong_to_their_thread()
    {
        using var scope = NewDisposeScope();
        var other = OnAnotherThread(() => ones(1));
        Assert.Equal(0, scope.DisposablesCount);
        other.Dispose();
    }

    private static Tensor OnAnotherThread(Func<Tensor> make) =>
        Task.Factory.StartNew(make, default, TaskCreationOptions.LongRunning, TaskScheduler.Default).GetAwaiter().GetResult();
}
