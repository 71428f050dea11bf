#if !TORCHSHARP
using System.Reflection;
using System.Runtime.Loader;
using LoraBuild.Torch.Profiling;

namespace LoraBuild.Torch.Tests;

public sealed class SystemFormTests
{
    /// <summary>Operators that only some versions of libtorch have, behind a check.</summary>
    private static readonly string[] Optional = ["scaled_dot_product_attention"];

    [Fact]
    public void This_libtorch_has_every_operator_in_use()
    {
        var missing = typeof(Aten).GetFields(BindingFlags.Static | BindingFlags.NonPublic)
            .Where(field => !Optional.Contains(field.Name) && !((Operator)field.GetValue(null)!).Exists)
            .Select(field => field.Name);
        Assert.Empty(missing);
    }

    [Fact]
    public void The_engine_is_begun_once_however_often_a_process_loads_it()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(2, ones(2).sum().item<float>());

        var second = new AssemblyLoadContext("second").LoadFromAssemblyPath(typeof(torch).Assembly.Location);

        Assert.NotSame(typeof(torch).Assembly, second);
        Assert.Equal(__version__, second.GetType(typeof(torch).FullName!)!.GetProperty(nameof(__version__))!.GetValue(null));
    }

    [Fact]
    public void An_operator_that_libtorch_lacks_is_named()
    {
        using var scope = NewDisposeScope();
        Operator missing = "no_such_operator.Tensor";
        Assert.False(missing.Exists);
        var failure = Assert.ThrowsAny<Exception>(() => missing.Call(ones(1)));
        Assert.Contains("has no operator aten::no_such_operator.Tensor", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Arguments_are_checked_against_the_schema()
    {
        using var scope = NewDisposeScope();
        Assert.ThrowsAny<Exception>(() => Aten.add.Call(ones(1)));
        Assert.ThrowsAny<Exception>(() => Aten.add.Call(ones(1), "text"));
        Assert.ThrowsAny<Exception>(() => Aten.mm.Call(ones(1, 1), ones(1, 1), 3L));
    }

    [Fact]
    public void Lists_too_long_for_the_stack_are_passed_too()
    {
        using var scope = NewDisposeScope();
        Tensor[] parts = [.. Enumerable.Range(0, 300).Select(i => full([1], (float)i))];
        Assert.Equal(300 * 299 / 2, cat(parts).sum().item<float>());
    }

    [Fact]
    public void Operators_are_counted_on_the_way_back_too_and_each_once()
    {
        using var scope = NewDisposeScope();
        var (left, right) = (randn(64, 64).requires_grad_(), randn(64, 64));

        var times = OperatorTimes.Of(() =>
        {
            left.mm(right).sum().backward();
            ones(1).silu();
        });

        // One product forward, one for the gradient that is wanted; SiLU's own operators do not count beside it.
        Assert.Equal(2, times.Single(time => time.Name == "aten::mm").Calls);
        Assert.Equal(1, times.Single(time => time.Name == "aten::silu").Calls);
        Assert.All(times, time => Assert.InRange(time.Time, TimeSpan.Zero, TimeSpan.FromMinutes(1)));
        Assert.Empty(OperatorTimes.Of(() => { }));
    }

    [Fact]
    public void The_version_of_libtorch_is_known() => Assert.Matches(@"^\d+\.\d+\.\d+", __version__);
}
#endif
