#if TORCHSHARP
using System.Diagnostics;
using System.Reflection;
#endif
using static LoraBuild.Torch.Tests.Numbers;

namespace LoraBuild.Torch.Tests;

/// <summary>How long tensors and scalars live: until nobody needs them, which a call that is under way does.</summary>
public sealed class LifetimeTests
{
#if !TORCHSHARP
    [Fact]
    public void Finalizers_free_what_nobody_disposed()
    {
        Collect();
        var before = Tensor.TotalCount;
        Leak();
        Collect();
        Assert.InRange(Tensor.TotalCount, before - 1, before + 1);

        static void Leak()
        {
            for (var i = 0; i < 100; i++)
                _ = ones(10) * 2;
        }
    }
#endif

    [Fact]
    public void Collections_during_calls_take_no_argument_away()
    {
        var end = Environment.TickCount64 + 1500;
        WhileCollecting(() =>
        {
            do
            {
                // Nothing but the calls themselves holds these.
                var sum = (full(64, 2f) * full(64, 3f) + cat([ones(32), ones(32)])).square().sum().item<float>();
                Assert.Equal(64 * 49, sum);
                Assert.Equal([4L, 2L], ones(8).view(2, 4).t().shape);
                Assert.Equal(2f, stack([ones(3), full(3, 2f)])[1].data<float>()[2]);
            }
            while (Environment.TickCount64 < end);
        });
    }

    [Fact]
    public void Collections_during_calls_take_no_scalar_away()
    {
        // Long enough for the runtime to have optimised what it optimises.
        var end = Environment.TickCount64 + 2500;
        using var scope = NewDisposeScope();
        var (sum, one) = (zeros(4096), ones(4096));
        WhileCollecting(() =>
        {
            do
            {
                // Twice the scalar 1: the second term's factor, and the number.
                for (var i = 0; i < 1000; i++)
                    sum.add_(one).sub_(1);
                Assert.Equal(0, sum.abs().max().item<float>());
            }
            while (Environment.TickCount64 < end);
        });
    }

#if TORCHSHARP
    [Fact]
    public void TorchSharp_is_not_optimised_so_that_its_arguments_live_until_it_returns() =>
        Assert.True(typeof(TorchSharp.torch).Assembly.GetCustomAttribute<DebuggableAttribute>()!.IsJITOptimizerDisabled);
#endif

    [Fact]
    public void Threads_compute_beside_each_other()
    {
        Parallel.For(0, 8, seed =>
        {
            using var scope = NewDisposeScope();
            using var generator = new Generator((ulong)seed);
            var a = randn(16, 16, generator: generator);
            for (var i = 0; i < 50; i++)
                Assert.InRange(Distance(a.matmul(ones(16, 16).tril().triu()), a), 0, 1e-6);
        });
    }

    // Collects on another thread as often as that can.
    private static void WhileCollecting(Action action)
    {
        using var stop = new CancellationTokenSource();
        var collector = Task.Factory.StartNew(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    GC.Collect(0);
                    GC.WaitForPendingFinalizers();
                }
            },
            default,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        try
        {
            action();
        }
        finally
        {
            stop.Cancel();
            collector.GetAwaiter().GetResult();
        }
    }

#if !TORCHSHARP
    private static void Collect()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
#endif
}
