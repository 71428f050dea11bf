using LoraBuild.Base.Randomness;

namespace LoraBuild.MiniWorld.Drawing;

/// <summary>Choices that are a pure function of a seed and of what they are for.</summary>
internal sealed class Dice(long seed, params ReadOnlySpan<long> purpose)
{
    private readonly CounterRandom random = new(seed, purpose);

    /// <summary>A number between two others.</summary>
    public double Between(double low, double high) => low + ((high - low) * random.NextDouble());

    /// <summary>Whether something of this chance, 0 to 1, happens.</summary>
    public bool Happens(double chance) => random.NextDouble() < chance;

    /// <summary>1 or -1.</summary>
    public int Side() => Happens(0.5) ? 1 : -1;

    /// <summary>A whole number from 0 to below <paramref name="count"/>.</summary>
    public int Below(int count) => (int)random.NextInt(count);

    /// <summary>One of several, each as likely.</summary>
    public T OneOf<T>(params ReadOnlySpan<T> choices) => choices[Below(choices.Length)];

    /// <summary>Brings a list into a random order.</summary>
    public void Shuffle<T>(Span<T> values) => random.Shuffle(values);

    /// <summary>
    /// The first choice whose share, added to those before it, is above a number between 0 and 1; the last where none is.
    /// </summary>
    public T Share<T>(params ReadOnlySpan<(double Share, T Choice)> choices)
    {
        var point = random.NextDouble();
        foreach (var (share, choice) in choices)
        {
            if (point < share)
                return choice;
            point -= share;
        }
        return choices[^1].Choice;
    }
}
