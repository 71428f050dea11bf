namespace LoraBuild.MiniWorld.Drawing;

/// <content>Hair, head, face, ears and hats.</content>
internal sealed partial class GirlDrawing
{
    private const double MouthHeight = 0.66;

    private static readonly Paint Lash = new(60, 42, 52), Lip = new(130, 62, 60), Blush = new(255, 138, 138), Straw = new(240, 208, 130);

    private void BackHair()
    {
        var (length, width) = (girl.HairStyle, girl.HairLength) switch
        {
            (not null, _) => (0.8, 0.95),
            (_, "short") => (0.95 + dice.Between(-0.05, 0.06), 1.02),
            (_, "long") => (1.9 + dice.Between(-0.1, 0.1), 1.12),
            _ => (3.05 + dice.Between(-0.12, 0.12), 1.22),
        };
        pen.Shape(
            darkHair,
            [
                (-1.04, -0.15), ((-1.12, 0.6), (-width - 0.05, length * 0.55), (-width + sway, length - 0.1)),
                ((-width * 0.6, length + 0.14), (-width * 0.4, length - 0.05), ((-width * 0.25) + sway, length + 0.1)),
                ((0.0, length - 0.08), (width * 0.2, length + 0.1), ((width * 0.3) + sway, length + 0.08)),
                ((width * 0.6, length - 0.02), (width * 0.8, length + 0.12), (width + sway, length - 0.12)),
                ((width + 0.05, length * 0.55), (1.12, 0.6), (1.04, -0.15)), ((1.0, -1.2), (-1.0, -1.2), (-1.04, -0.15)),
            ],
            line: hair.Dark(0.5));
        if (girl.HairStyle != "ponytail")
            return;
        var d = side;
        pen.Shape(
            hair,
            [
                (d * 0.2, -1.0), ((d * 1.2, -1.55), (d * 1.85, -0.5), (d * 1.55, tailLength * 0.55)),
                ((d * 1.5, tailLength * 0.8), (d * 1.35, tailLength), (d * 1.2, tailLength + 0.12)),
                ((d * 1.25, tailLength * 0.5), (d * 1.15, 0.2), (d * 0.7, -0.4)),
            ],
            shade: (-1, tailLength, darkHair));
    }

    private void Twintails()
    {
        if (girl.HairStyle != "twintails")
            return;
        foreach (var d in Sides)
        {
            pen.Shape(
                hair,
                [
                    (d * 0.85, -0.62), ((d * 1.5, -0.75), (d * 1.75, 0.2), (d * 1.5, tailLength * 0.6)),
                    ((d * 1.46, tailLength * 0.85), (d * 1.4, tailLength), (d * 1.25, tailLength + 0.15)),
                    ((d * 1.22, tailLength * 0.8), (d * 1.0, tailLength * 0.5), (d * 1.02, 0.2)),
                    ((d * 1.0, -0.1), (d * 0.95, -0.3), (d * 0.85, -0.62)),
                ],
                shade: (-0.6, tailLength, darkHair));
        }
    }

    private void Head()
    {
        if (girl.Ears is null)
        {
            foreach (var d in Sides)
                pen.Ellipse(d * 0.9 * faceWidth, 0.2, 0.13, 0.2, skin);
        }
        pen.Shape(
            skin,
            [
                (-0.86 * faceWidth, -0.1), ((-0.9 * faceWidth, 0.5), (-0.55, 0.78), (-0.14, 0.93)),
                ((-0.05, 0.965), (0.05, 0.965), (0.14, 0.93)),
                ((0.55, 0.78), (0.9 * faceWidth, 0.5), (0.86 * faceWidth, -0.1)), ((0.8, -1.05), (-0.8, -1.05), (-0.86 * faceWidth, -0.1)),
            ]);
    }

    private void Face()
    {
        if (girl.HasBlush)
        {
            foreach (var d in Sides)
                pen.Spot(d * 0.52, 0.52, 0.2, 0.11, Blush, 0.62);
        }
        var y = 0.24 + dice.Between(-0.02, 0.03);
        var iris = Palette.Eyes[girl.EyeColour].Varied(dice, 6);
        foreach (var d in Sides)
        {
            var x = d * 0.42 * faceWidth;
            if (girl.HasClosedEyes)
                pen.Stroke(Lash, 2, (x - 0.22, y), ((x - 0.12, y + 0.16), (x + 0.12, y + 0.16), (x + 0.22, y)));
            else
                OpenEye(x, y, iris);
            pen.Stroke(hair.Dark(0.6), 1, (x - 0.17, y - 0.48), ((x - 0.05, y - 0.54), (x + 0.08, y - 0.54), (x + 0.18, y - 0.48)));
        }
        Mouth();
    }

    private void OpenEye(double x, double y, Paint iris)
    {
        pen.Spot(x, y, 0.235, 0.3, Palette.White);
        pen.ShadedEllipse(
            x, y + 0.01, 0.2, 0.285, iris.Dark(0.42), 0.8,
            (y - 0.3, iris.Dark(0.5)), (y - 0.09, iris.Dark(0.8)), (y + 0.072, iris), (y + 0.3, iris.Light(0.5)));
        pen.Spot(x, y, 0.075, 0.12, iris.Dark(0.32));
        pen.Spot(x - 0.07, y - 0.12, 0.072, 0.085, Palette.White);
        pen.Spot(x + 0.07, y + 0.15, 0.035, 0.045, Palette.White, 0.9);
        pen.Stroke(Lash, 2.1, (x - 0.25, y - 0.16), ((x - 0.17, y - 0.33), (x + 0.17, y - 0.33), (x + 0.25, y - 0.16)));
    }

    private void Mouth()
    {
        const double y = MouthHeight;
        switch (girl.Mouth)
        {
            case "open":
                pen.Shape(
                    new(196, 62, 68),
                    [(-0.15, y - 0.05), ((-0.05, y - 0.02), (0.05, y - 0.02), (0.15, y - 0.05)), (
                        (0.13, y + 0.2), (-0.13, y + 0.2), (-0.15, y - 0.05))],
                    line: new(110, 40, 45));
                break;
            case "smile":
                pen.Stroke(Lip, 1.5, (-0.17, y - 0.02), ((-0.08, y + 0.09), (0.08, y + 0.09), (0.17, y - 0.02)));
                break;
            default:
                pen.Stroke(Lip, 1.5, (-0.09, y + 0.02), (0.09, y + 0.02));
                break;
        }
    }

    private void Ears()
    {
        foreach (var d in Sides)
        {
            switch (girl.Ears)
            {
                case "cat":
                    pen.Shape(
                        hair, [(d * 0.38, -0.92), ((d * 0.5, -1.3), (d * 0.72, -1.58), (d * 0.92, -1.68)), (
                            (d * 1.05, -1.3), (d * 1.05, -0.8), (d * 0.95, -0.5))]);
                    pen.Shape(
                        new(255, 178, 186),
                        [(d * 0.55, -0.95), ((d * 0.62, -1.2), (d * 0.75, -1.38), (d * 0.86, -1.46)), (
                            (d * 0.94, -1.2), (d * 0.94, -0.9), (d * 0.88, -0.65))],
                        width: 0.6);
                    break;
                case "rabbit":
                    var lean = dice.Between(-0.04, 0.1);
                    pen.Shape(
                        hair,
                        [(d * 0.22, -0.9), ((d * 0.1, -1.6), (d * (0.3 + lean), -2.25), (d * (0.52 + lean), -2.25)), (
                            (d * (0.85 + lean), -2.2), (d * 0.75, -1.4), (d * 0.62, -0.8))]);
                    pen.Shape(
                        new(255, 186, 194),
                        [(d * 0.34, -0.95), ((d * 0.26, -1.5), (d * (0.38 + lean), -2.02), (d * (0.52 + lean), -2.05)), (
                            (d * (0.68 + lean), -2.0), (d * 0.6, -1.4), (d * 0.52, -0.9))],
                        width: 0.6);
                    break;
                case "horse":
                    pen.Shape(
                        hair, [(d * 0.36, -0.85), ((d * 0.22, -1.3), (d * 0.42, -1.72), (d * 0.66, -1.98)), (
                            (d * 0.86, -1.66), (d * 0.92, -1.2), (d * 0.72, -0.7))]);
                    pen.Shape(
                        hair.Sum > 300 ? hair.Dark() : new(120, 100, 112),
                        [(d * 0.47, -0.95), ((d * 0.38, -1.28), (d * 0.5, -1.55), (d * 0.64, -1.74)), (
                            (d * 0.74, -1.5), (d * 0.76, -1.2), (d * 0.62, -0.85))],
                        width: 0.6);
                    break;
            }
        }
    }

    private void FrontHair()
    {
        pen.Shape(
            hair, [(-1.06, 0.12), ((-1.2, -0.9), (-0.65, -1.24), (0.0, -1.24)), (
                (0.65, -1.24), (1.2, -0.9), (1.06, 0.12)), .. BangsOutline(out var fringe)]);
        if (girl.Bangs == "blunt")
        {
            foreach (var x in new[] { -0.5, -0.17, 0.17, 0.5 })
                pen.Stroke(hair.Edge, 0.8, (x, fringe + 0.03), (x * 0.94, fringe - 0.2));
        }
        pen.Patch(
            hair.Light(0.42), [(-0.7, -0.72), ((-0.4, -0.98), (0.4, -0.98), (0.7, -0.72)), ((0.4, -0.84), (-0.4, -0.84), (-0.7, -0.72))],
            0.85);
        if (girl.HairStyle is null && girl.HairLength != "short")
        {
            foreach (var d in Sides)
                pen.Shape(
                    hair, [(d * 0.94, 0.0), ((d * 1.12, 0.5), (d * 1.1, 1.0), (d * 0.92, 1.5)), (
                        (d * 0.86, 1.1), (d * 0.8, 0.7), (d * 0.82, 0.25))]);
        }
        if (girl.HairStyle == "twintails")
        {
            foreach (var d in Sides)
                pen.Ellipse(d * 0.98, -0.6, 0.15, 0.17, new(240, 80, 100));
        }
        if (girl.HasAhoge && girl.Hat is null)
        {
            var d = dice.Side();
            pen.Shape(
                hair, [(-d * 0.1, -1.16), ((-d * 0.2, -1.6), (d * 0.2, -1.78), (d * 0.5, -1.5)), (
                    (d * 0.25, -1.6), (d * 0.02, -1.5), (d * 0.1, -1.16))]);
        }
    }

    // From the right of the head to its left, along the lower edge of the hair on the forehead.
    private Stretch[] BangsOutline(out double fringe)
    {
        fringe = -0.1;
        switch (girl.Bangs)
        {
            case "blunt":
                var y = fringe += dice.Between(-0.03, 0.03);
                return
                [
                    ((1.02, 0.3), (0.98, 0.5), (0.9, 0.62)), ((0.86, 0.3), (0.84, 0.1), (0.8, y)),
                    ((0.4, y + 0.07), (-0.4, y + 0.07), (-0.8, y)),
                    ((-0.84, 0.1), (-0.86, 0.3), (-0.9, 0.62)), ((-0.98, 0.5), (-1.02, 0.3), (-1.06, 0.12)),
                ];
            case "between":
                return
                [
                    ((1.02, 0.3), (0.98, 0.6), (0.88, 0.8)), ((0.86, 0.4), (0.84, 0.0), (0.72, -0.28)),
                    ((0.62, -0.02), (0.5, 0.06), (0.4, 0.1)),
                    ((0.4, -0.1), (0.34, -0.3), (0.24, -0.4)), ((0.14, -0.05), (0.08, 0.3), (-0.02, 0.44)),
                    ((-0.12, 0.2), (-0.16, -0.1), (-0.24, -0.4)),
                    ((-0.32, -0.2), (-0.42, 0.0), (-0.52, 0.08)), ((-0.6, -0.1), (-0.68, -0.2), (-0.72, -0.28)),
                    ((-0.84, 0.0), (-0.86, 0.4), (-0.88, 0.8)), ((-0.98, 0.6), (-1.02, 0.3), (-1.06, 0.12)),
                ];
            default:
                return
                [
                    ((1.02, 0.3), (0.98, 0.6), (0.88, 0.8)), ((0.86, 0.4), (0.84, 0.0), (0.7, -0.32)),
                    ((0.5, -0.1), (0.3, -0.16), (0.1, -0.5)),
                    ((-0.1, -0.2), (-0.45, -0.02), (-0.72, -0.06)), ((-0.84, 0.05), (-0.86, 0.4), (-0.88, 0.8)),
                    ((-0.98, 0.6), (-1.02, 0.3), (-1.06, 0.12)),
                ];
        }
    }

    private void Hat()
    {
        if (girl.Hat == "beret")
        {
            var cloth = Cloth(girl.HatColour!);
            pen.Shape(
                cloth,
                [
                    (-1.02, -0.72), ((-1.4, -1.1), (-0.9, -1.72), (-0.1, -1.66)), ((0.8, -1.66), (1.35, -1.3), (1.02, -0.72)),
                    ((0.5, -0.98), (-0.5, -0.98), (-1.02, -0.72)),
                ],
                shade: (-1.6, -0.7, cloth.Dark(0.85)));
            pen.Limb(0.08, cloth, [(-0.1, -1.66), (-0.06, -1.82)]);
        }
        else if (girl.Hat == "straw")
        {
            pen.Ellipse(0, -0.78, 1.55, 0.36, Straw);
            pen.Shape(Straw, [(-0.86, -0.82), ((-0.8, -1.75), (0.8, -1.75), (0.86, -0.82)), ((0.4, -0.7), (-0.4, -0.7), (-0.86, -0.82))]);
            pen.Shape(
                new(205, 60, 70),
                [(-0.87, -0.84), (-0.84, -1.06), ((-0.4, -0.94), (0.4, -0.94), (0.84, -1.06)), (0.87, -0.84), (
                    (0.4, -0.7), (-0.4, -0.7), (-0.87, -0.84))]);
        }
    }
}
