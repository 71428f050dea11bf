[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace LoraBuild.Torch.Tests;

/// <summary>Tensors as arrays of floats, and their comparison.</summary>
internal static class Numbers
{
    internal static float[] Floats(this Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.detach().to(ScalarType.Float32).data<float>().ToArray();
    }

    internal static void Near(float[] expected, Tensor actual, double tolerance = 1e-6)
    {
        var values = actual.Floats();
        Assert.Equal(expected.Length, values.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - values[i]) <= tolerance, $"element {i}: expected {expected[i]}, got {values[i]}");
    }

    /// <summary>The largest absolute difference of two tensors.</summary>
    internal static double Distance(Tensor a, Tensor b)
    {
        using var scope = NewDisposeScope();
        return (a.detach().to(ScalarType.Float64) - b.detach().to(ScalarType.Float64)).abs().max().item<double>();
    }
}
