namespace LoraBuild.Base.Randomness;

/// <summary>
/// Random numbers that are a pure function of a seed and of what they are for, such as (seed, step, sample, purpose): the order in which
/// threads draw them, a resumed training and the number of devices change nothing. Bits come from <see cref="Philox"/>, and only exactly
/// rounded operations are used on them, so that every machine and both forms of the engine see the same numbers.
/// Not safe for use by several threads at once; give each its own stream.
/// </summary>
public sealed class CounterRandom
{
    private readonly ulong key;
    private readonly ulong streamId;
    private ulong block;
    private ulong spare;
    private bool hasSpare;

    /// <summary>The start of a stream.</summary>
    /// <param name="seed">The author's seed.</param>
    /// <param name="stream">The purpose of the numbers, for example step, sample and purpose. Different lists are different
    /// streams.</param>
    public CounterRandom(long seed, params ReadOnlySpan<long> stream)
    {
        key = (ulong)seed;
        streamId = (ulong)stream.Length;
        foreach (var part in stream)
            streamId = Mix(streamId ^ Mix((ulong)part));
    }

    /// <summary>The next 64 random bits.</summary>
    public ulong NextBits()
    {
        if (hasSpare)
        {
            hasSpare = false;
            return spare;
        }
        (var bits, spare) = Philox.Block(block++, streamId, key);
        hasSpare = true;
        return bits;
    }

    /// <summary>A number in [0, 1), a multiple of 2^-53.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1L << 53));

    /// <summary>An integer in [0, <paramref name="exclusiveMax"/>), each equally likely.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="exclusiveMax"/> is not positive.</exception>
    public long NextInt(long exclusiveMax)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exclusiveMax);
        var range = (ulong)exclusiveMax;
        // Lemire, "Fast Random Integer Generation in an Interval" (2019): the few low parts that would favour some integers are redrawn.
        var rejected = (0 - range) % range;
        ulong high, low;
        do
            high = Math.BigMul(NextBits(), range, out low);
        while (low < rejected);
        return (long)high;
    }

    /// <summary>Fills <paramref name="values"/> with independent draws of the standard normal distribution.</summary>
    public void FillGaussian(Span<float> values)
    {
        // Marsaglia's polar method: a point of the unit disc gives two independent normals.
        for (var i = 0; i < values.Length; i += 2)
        {
            double x, y, square;
            do
            {
                x = 2 * NextDouble() - 1;
                y = 2 * NextDouble() - 1;
                square = x * x + y * y;
            }
            while (square is >= 1 or 0);
            var radius = Math.Sqrt(-2 * Log(square) / square);
            values[i] = (float)(x * radius);
            if (i + 1 < values.Length)
                values[i + 1] = (float)(y * radius);
        }
    }

    /// <summary><paramref name="count"/> independent draws of the standard normal distribution.</summary>
    public float[] NextGaussians(int count)
    {
        var values = new float[count];
        FillGaussian(values);
        return values;
    }

    /// <summary>Brings <paramref name="values"/> into an order drawn evenly from all orders (Fisher-Yates).</summary>
    public void Shuffle<T>(Span<T> values)
    {
        for (var i = values.Length - 1; i > 0; i--)
        {
            var j = (int)NextInt(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    // Math.Log differs between C libraries in the last bit. ln(m 2^e) = e ln 2 + 2 artanh((m - 1) / (m + 1)), with m in [sqrt(1/2),
    // sqrt(2)).
    private static double Log(double value)
    {
        var exponent = Math.ILogB(value);
        var mantissa = Math.ScaleB(value, -exponent);
        if (mantissa > 1.4142135623730951)
        {
            mantissa /= 2;
            exponent++;
        }
        var s = (mantissa - 1) / (mantissa + 1);
        var square = s * s;
        var series = 0.0;
        for (var k = 21; k >= 3; k -= 2)
            series = (series + 1.0 / k) * square;
        return exponent * 0.6931471805599453 + 2 * (s + s * series);
    }

    // The finalizer of SplitMix64 (Steele, Lea and Flood, 2014).
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
