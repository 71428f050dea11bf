using LoraBuild.Base.Randomness;

namespace LoraBuild.MiniWorld.Training;

/// <summary>Standard normal noise that is a function of the seed and the step, for any device.</summary>
internal static class Noise
{
    public static float[] For(long seed, long step, long count) => new CounterRandom(seed, Purpose.Batch, step).NextGaussians((int)count);

    public static Tensor For(long seed, long step, long[] shape) =>
        tensor(For(seed, step, shape.Aggregate(1L, (product, side) => product * side)), shape);
}
