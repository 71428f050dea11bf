using LoraBuild.Base.Randomness;

namespace LoraBuild.Training.Data;

/// <summary>sd-scripts' <c>color_aug</c> of one sample: another hue, or another gamma, or neither.</summary>
/// <param name="Hue">Degrees by which the hue turns, in -16..16.</param>
/// <param name="Exponent">Colour values, 0..255, are raised to it and cut at 255; 0.95 to 1.05.</param>
/// <remarks>
/// sd-scripts turns the hue by up to 8 of OpenCV's 180 steps, which are 2 degrees each, and rounds it to a step; here it is not rounded.
/// It raises values from 0 to 255, not from 0 to 1, so that its "gamma" darkens or brightens the whole picture.
/// </remarks>
public readonly record struct ColourChange(double Hue, double Exponent)
{
    private const double Share = 0.33, HueLimit = 16, ExponentLimit = 0.05;

    /// <summary>Colours as they are.</summary>
    public static readonly ColourChange None = new(0, 1);

    /// <summary>A change with sd-scripts' chances: 67 % none, else one of both, each as likely.</summary>
    public static ColourChange Draw(CounterRandom random)
    {
        if (random.NextDouble() > Share)
            return None;
        return random.NextInt(2) == 0
            ? None with { Hue = ((2 * random.NextDouble()) - 1) * HueLimit }
            : None with { Exponent = 1 + (((2 * random.NextDouble()) - 1) * ExponentLimit) };
    }

    /// <summary>Changes pixels in place; alpha stays.</summary>
    /// <param name="pixels">R, G, B, A bytes.</param>
    public void Apply(Span<byte> pixels)
    {
        if (Hue != 0)
        {
            for (var i = 0; i < pixels.Length; i += 4)
                TurnHue(pixels.Slice(i, 3), Hue / 60);
        }

        if (Exponent != 1)
            Raise(pixels);
    }

    private void Raise(Span<byte> pixels)
    {
        Span<byte> raised = stackalloc byte[256];
        for (var value = 0; value < raised.Length; value++)
            raised[value] = (byte)Math.Min(255, Math.Pow(value, Exponent));
        for (var i = 0; i < pixels.Length; i++)
        {
            if (i % 4 != 3)
                pixels[i] = raised[pixels[i]];
        }
    }

    // In HSV: the largest and the smallest channel keep their values, only which channels have them changes (Smith, "Color Gamut Transform
    // Pairs", 1978).
    private static void TurnHue(Span<byte> colour, double sixths)
    {
        double red = colour[0], green = colour[1], blue = colour[2];
        var (high, low) = (Math.Max(red, Math.Max(green, blue)), Math.Min(red, Math.Min(green, blue)));
        var range = high - low;
        if (range == 0)
            return;
        var hue = high == red ? (green - blue) / range : high == green ? ((blue - red) / range) + 2 : ((red - green) / range) + 4;
        hue += sixths;
        for (var channel = 0; channel < 3; channel++)
        {
            // How far the hue is from the channel's own, around the circle of six.
            var distance = Math.Abs(Math.IEEERemainder(hue - (2 * channel), 6));
            colour[channel] = (byte)Math.Round(low + (range * Math.Clamp(2 - distance, 0, 1)));
        }
    }
}
