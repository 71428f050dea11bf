using SkiaSharp;

namespace LoraBuild.MiniWorld.Drawing;

/// <summary>A colour: red, green and blue, 0 to 255, not rounded.</summary>
internal readonly record struct Paint(double Red, double Green, double Blue)
{
    /// <summary>The sum of the three.</summary>
    public double Sum => Red + Green + Blue;

    /// <summary>The colour of its outline.</summary>
    public Paint Edge
    {
        get
        {
            var factor = (Red * 0.3) + (Green * 0.59) + (Blue * 0.11) > 110 ? 0.58 : 0.5;
            return new((Red * factor) + 6, (Green * factor) + 6, (Blue * factor) + 6);
        }
    }

    /// <summary>Darker by a factor.</summary>
    public Paint Dark(double factor = 0.62) => new(Red * factor, Green * factor, Blue * factor);

    /// <summary>Lighter: so much of the way to white.</summary>
    public Paint Light(double share = 0.35) =>
        new(Red + ((255 - Red) * share), Green + ((255 - Green) * share), Blue + ((255 - Blue) * share));

    /// <summary>A little lighter or darker and of another hue, as no two pictures have the same.</summary>
    public Paint Varied(Dice dice, double amount = 9)
    {
        var all = dice.Between(-amount, amount);
        return new(Vary(Red), Vary(Green), Vary(Blue));

        double Vary(double value) => Math.Clamp(value + all + (dice.Between(-amount, amount) * 0.35), 0, 255);
    }

    /// <summary>For Skia, with an opacity of 0 to 1.</summary>
    public SKColorF ToSkia(double opacity = 1) => new((float)(Red / 255), (float)(Green / 255), (float)(Blue / 255), (float)opacity);
}
