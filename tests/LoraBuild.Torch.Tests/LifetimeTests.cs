#if !TORCHSHARP
using static LoraBuild.Torch.Tests.Numbers;

namespace LoraBuild.Torch.Tests;

/// <summary>What the system form promises beyond TorchSharp: a collection in the middle of a call takes nothing away.</summary>
public sealed class LifetimeTests
{
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

    [Fact]
    public void Collections_during_calls_take_no_argument_away()
    {
        using var stop = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        try
        {
            var end = Environment.TickCount64 + 1500;
            do
            {
                // Nothing but the calls themselves holds these.
                var sum = (full(64, 2f) * full(64, 3f) + cat([ones(32), ones(32)])).square().sum().item<float>();
                Assert.Equal(64 * 49, sum);
                Assert.Equal([4L, 2L], ones(8).view(2, 4).t().shape);
                Assert.Equal(2f, stack([ones(3), full(3, 2f)])[1].data<float>()[2]);
            }
            while (Environment.TickCount64 < end);
        }
        finally
        {
            stop.Cancel();
            collector.Join();
        }
    }

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

    private static void Collect()
    {
        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }
}
#endif
