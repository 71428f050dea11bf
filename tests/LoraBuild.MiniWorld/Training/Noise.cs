using LoraBuild.Core.Randomness;

namespace LoraBuild.MiniWorld.Training;

/// <summary>Standard normal noise that is a function of the seed and the step, on any device.</summary>
internal static class Noise
{
    public static Tensor For(long seed, long step, long[] shape)
    {
        var values = new CounterRandom(seed, Purpose.Batch, step).NextGaussians((int)shape.Aggregate(1L, (product, side) => product * side));
        return tensor(values, shape);
    }
}
