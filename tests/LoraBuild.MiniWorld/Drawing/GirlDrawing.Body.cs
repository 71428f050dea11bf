namespace LoraBuild.MiniWorld.Drawing;

/// <content>Legs, clothes and arms.</content>
internal sealed partial class GirlDrawing
{
    private static readonly Paint Belt = new(98, 62, 38), Buckle = new(240, 200, 90), Frill = new(252, 252, 255),
        FrillEdge = new(170, 165, 185);

    private void Legs()
    {
        var apart = 0.3 * hips;
        var foot = 3.45 + legLength;
        var leg = outfit.ShowsPantyhose ? Palette.Hose : skin;
        foreach (var d in Sides)
        {
            if (outfit.Bottom == "pants")
                pen.Limb(0.5, bottom, [(d * apart, 2.1), (d * apart * 1.08, foot - 0.12)]);
            else
                pen.Limb(0.38, leg, [(d * apart, 2.1), (d * apart * 1.05, foot)]);
            if (outfit.FootwearColour is null)
            {
                pen.Ellipse((d * apart * 1.05) + (d * 0.03), foot + 0.07, 0.23, 0.15, leg);
                continue;
            }
            var shoe = Palette.Cloth[outfit.FootwearColour].Varied(dice, 6);
            if (outfit.Footwear == "boots")
            {
                var x = d * apart;
                pen.Shape(
                    shoe,
                    [
                        (x - 0.26, foot - 0.62), (x + 0.26, foot - 0.62), (x + 0.27, foot + 0.05),
                        ((x + 0.3 + (0.12 * d), foot + 0.3), (x - 0.3 + (0.12 * d), foot + 0.3), (x - 0.27, foot + 0.05)),
                    ]);
                pen.Stroke(shoe.Edge, 0.9, (x - 0.24, foot - 0.44), (x + 0.24, foot - 0.44));
            }
            else
            {
                pen.Ellipse((d * apart * 1.05) + (d * 0.06), foot + 0.08, 0.3, 0.19, shoe);
            }
        }
    }

    private void Body()
    {
        var hem = 2.62 + dice.Between(-0.05, 0.05);
        if (coat is { } cloth)
            pen.Shape(
                cloth.Dark(0.85),
                [(-0.5, 1.2), ((-0.72, 1.8), (-0.95, 2.3), (-1.0, 2.95)), (1.0, 2.95), ((0.95, 2.3), (0.72, 1.8), (0.5, 1.2))]);
        pen.Limb(0.36, skin.Dark(0.9), [(0, 0.75), (0, 1.15)]);
        if (outfit.Top == "dress")
            Dress(hem);
        else
            TopAndBottom(hem);
        if (coat is { } front)
            CoatFront(front);
    }

    private void Dress(double hem)
    {
        var width = 1.02 * hips;
        pen.Shape(
            top,
            [
                (-0.42, 1.06), ((-0.6, 1.15), (-0.52, 1.5), (-0.46, 1.75)), ((-0.6, 2.1), (-0.9, 2.4), (-width, hem + 0.1)),
                ((-0.5, hem + 0.24), (0.5, hem + 0.24), (width, hem + 0.1)), ((0.9, 2.4), (0.6, 2.1), (0.46, 1.75)),
                ((0.52, 1.5), (0.6, 1.15), (0.42, 1.06)), ((0.2, 0.98), (-0.2, 0.98), (-0.42, 1.06)),
            ],
            shade: (1.2, 3, top.Dark(0.86)));
        pen.Stroke(top.Edge, 1, (-0.47, 1.76), ((-0.2, 1.84), (0.2, 1.84), (0.47, 1.76)));
        pen.Stroke(
            top.Edge.Light(0.25), 0.9, (-width * 0.93, hem - 0.06), ((-0.5, hem + 0.08), (0.5, hem + 0.08), (width * 0.93, hem - 0.06)));
    }

    private void TopAndBottom(double hem)
    {
        if (outfit.Bottom is "pants" or "shorts")
        {
            pen.Shape(bottom, [(-0.54, 1.9), (0.54, 1.9), (0.62, 2.25), (0.6, 2.3), (-0.6, 2.3), (-0.62, 2.25)]);
            if (outfit.Bottom == "shorts")
            {
                foreach (var d in Sides)
                    pen.Shape(bottom, [(d * 0.02, 2.2), (d * 0.62, 2.2), (d * 0.66, 2.58), (d * 0.04, 2.58)]);
            }
            pen.Patch(bottom, [(-0.55, 2.1), (0.55, 2.1), (0.55, 2.26), (-0.55, 2.26)]);
        }
        pen.Shape(
            top,
            [
                (-0.42, 1.06), ((-0.62, 1.12), (-0.58, 1.6), (-0.52, 2.02)), (0.52, 2.02), ((0.58, 1.6), (0.62, 1.12), (0.42, 1.06)),
                ((0.2, 0.98), (-0.2, 0.98), (-0.42, 1.06)),
            ],
            shade: (1.1, 2.1, top.Dark(0.9)));
        if (outfit.Top == "sweater")
            Knit();
        if (outfit.Top == "shirt")
            Placket();
        if (outfit.Bottom == "skirt")
            Skirt(bottom, hem);
        if (outfit.Vest is not null)
            Vest(Cloth(outfit.Vest));
        if (outfit.HasBelt)
        {
            pen.Shape(Belt, [(-0.53, 1.86), (0.53, 1.86), (0.54, 2.0), (-0.54, 2.0)]);
            pen.Shape(Buckle, [(-0.1, 1.84), (0.1, 1.84), (0.1, 2.02), (-0.1, 2.02)]);
        }
    }

    private void Knit()
    {
        foreach (var y in new[] { 1.3, 1.5, 1.7 })
            pen.Stroke(top.Dark(0.85), 0.8, (-0.5, y), ((-0.2, y + 0.05), (0.2, y + 0.05), (0.5, y)));
        pen.Shape(top.Dark(0.88), [(-0.55, 1.9), (0.55, 1.9), (0.56, 2.08), (-0.56, 2.08)]);
        pen.Limb(0.16, top, [(-0.2, 1.02), (0, 1.08), (0.2, 1.02)]);
    }

    // By which a shirt differs from a dress where neither is to be seen below the shoulders.
    private void Placket()
    {
        pen.Stroke(top.Edge, 0.9, (0.0, 1.02), (0.0, 2.0));
        for (var y = 1.16; y < 2; y += 0.2)
            pen.Spot(0.09, y, 0.05, 0.05, top.Edge);
    }

    private void Skirt(Paint cloth, double hem)
    {
        var width = 0.98 * hips;
        pen.Shape(
            cloth,
            [
                (-0.5, 1.86), (0.5, 1.86), ((0.62, 2.1), (0.85, 2.35), (width, hem)),
                ((0.5, hem + 0.12), (-0.5, hem + 0.12), (-width, hem)),
                ((-0.85, 2.35), (-0.62, 2.1), (-0.5, 1.86)),
            ],
            shade: (1.9, 2.9, cloth.Dark(0.86)));
        if (!outfit.IsPleated)
        {
            pen.Stroke(cloth.Edge.Light(0.25), 0.9, (-width * 0.94, hem - 0.12), ((-0.5, hem), (0.5, hem), (width * 0.94, hem - 0.12)));
            return;
        }
        var fold = cloth.Sum > 230 ? cloth.Edge : cloth.Light(0.3);
        foreach (var t in new[] { -0.72, -0.43, -0.14, 0.14, 0.43, 0.72 })
            pen.Stroke(fold, 1, (t * 0.5, 1.98), (t * width * 0.98, hem + (0.06 * (1 - (t * t)))));
    }

    private void Vest(Paint cloth)
    {
        pen.Shape(
            cloth,
            [
                (-0.44, 1.06), ((-0.58, 1.12), (-0.56, 1.6), (-0.52, 1.98)), (-0.14, 2.02), (0.0, 1.92), (0.14, 2.02), (0.52, 1.98),
                ((0.56, 1.6), (0.58, 1.12), (0.44, 1.06)), (0.3, 1.03), (0.0, 1.5), (-0.3, 1.03),
            ]);
        foreach (var y in new[] { 1.62, 1.78 })
            pen.Spot(0, y, 0.035, 0.035, cloth.Light(0.6));
    }

    private void CoatFront(Paint cloth)
    {
        foreach (var d in Sides)
        {
            pen.Shape(
                cloth,
                [
                    (d * 0.2, 1.0), ((d * 0.5, 1.02), (d * 0.66, 1.1), (d * 0.64, 1.5)),
                    ((d * 0.66, 1.9), (d * 0.88, 2.3), (d * 0.97, 2.93)),
                    (d * 0.52, 2.97), ((d * 0.4, 2.4), (d * 0.34, 1.8), (d * 0.3, 1.4)),
                ]);
            pen.Shape(cloth.Light(0.12), [(d * 0.14, 0.98), (d * 0.42, 1.0), (d * 0.46, 1.3), (d * 0.28, 1.52)]);
        }
    }

    private void Collar()
    {
        if (outfit.Collar == "collared")
        {
            foreach (var d in Sides)
                pen.Shape(top.Light(0.2), [(0.0, 1.12), (d * 0.16, 0.94), (d * 0.4, 1.0), (d * 0.26, 1.26)]);
        }
        if (outfit.Necktie is not null)
        {
            var tie = Cloth(outfit.Necktie);
            pen.Shape(tie, [(-0.08, 1.22), (0.08, 1.22), (0.15, 1.64), (0.0, 1.8), (-0.15, 1.64)]);
            pen.Shape(tie, [(-0.11, 1.1), (0.11, 1.1), (0.07, 1.26), (-0.07, 1.26)]);
        }
        if (outfit.Collar == "frilled")
        {
            for (var i = -3; i <= 3; i++)
                pen.Ellipse(i * 0.125, 1.06 + (0.025 * (3 - Math.Abs(i))), 0.1, 0.1, Frill, FrillEdge, 0.8);
        }
        if (outfit.Choker is not null)
        {
            // The chin hides the upper half.
            var low = dice.Between(1.05, 1.13);
            pen.Shape(
                Cloth(outfit.Choker), [(-0.24, 0.9), (0.24, 0.9), (0.25, low), ((0.12, low + 0.04), (-0.12, low + 0.04), (-0.25, low))]);
            if (dice.Happens(0.5))
                pen.Ellipse(0, low + 0.06, 0.06, 0.07, Buckle, width: 0.8);
        }
    }

    private void LowArms()
    {
        switch (girl.Pose)
        {
            case "sides":
                Hanging(-1);
                Hanging(1);
                break;
            case "waving":
                Hanging(-side);
                break;
            case "hip":
                Arm(side, (1.3, 1.5), (0.62, 1.86), isSmooth: false);
                Hanging(-side);
                break;
            case "cup":
                Hanging(-side);
                Folded(side);
                Cup(side * 0.2);
                break;
            case "book":
                Folded(-1);
                Folded(1);
                Book();
                break;
        }
    }

    private void RaisedArms()
    {
        if (girl.Pose == "up")
            Raised(-1);
        if (girl.Pose == "up")
            Raised(1);
        if (girl.Pose == "waving")
            Raised(side);
    }

    private void Hanging(int d) => Arm(d, (0.78, 1.55), (0.82, 1.98));

    private void Folded(int d) => Arm(d, (0.82, 1.75), (0.24, 1.6));

    private void Raised(int d)
    {
        var (x, y) = Arm(d, (1.3, 1.12), (1.42, 0.12 + dice.Between(-0.08, 0.08)));
        foreach (var finger in new[] { -0.5, 0, 0.5 })
            pen.Limb(0.1, Hand, [(x + (0.06 * finger), y - 0.1), (x + (0.22 * finger), y - 0.3)]);
        pen.Spot(x, y, 0.16, 0.16, Hand);
    }

    // Shoulder, elbow and hand of the right side; returns where the hand is.
    private (double X, double Y) Arm(int d, (double X, double Y) elbow, (double X, double Y) hand, bool isSmooth = true)
    {
        const double width = 0.32;
        (double X, double Y) shoulder = (d * 0.5, 1.2);
        elbow.X *= d;
        hand.X *= d;
        if (outfit.CoversArms)
        {
            pen.Limb(width, Sleeve, [shoulder, elbow, Pen.Between(hand, elbow, 0.86)], isSmooth);
        }
        else
        {
            pen.Limb(width * 0.82, skin, [shoulder, elbow, hand], isSmooth);
            pen.Limb(width * 1.12, Sleeve, [shoulder, Pen.Between(shoulder, elbow, 0.45)]);
            if (gloves is { } glove)
                pen.Limb(width * 0.9, glove, [Pen.Between(hand, elbow, 0.6), hand]);
        }
        pen.Ellipse(hand.X, hand.Y, 0.19, 0.19, Hand);
        return hand;
    }

    private void Cup(double x)
    {
        var cup = dice.OneOf<Paint>(new(250, 250, 252), new(230, 90, 90), new(110, 170, 230));
        pen.Ellipse(x + (side * 0.24), 1.48, 0.1, 0.12, null, cup.Edge, 1.6);
        pen.Shape(cup, [(x - 0.2, 1.28), (x + 0.2, 1.28), (x + 0.16, 1.68), (x - 0.16, 1.68)]);
        pen.Ellipse(x, 1.28, 0.2, 0.06, new(120, 78, 52));
        pen.Ellipse(x - (side * 0.02), 1.66, 0.16, 0.12, Hand);
    }

    private void Book()
    {
        var cover = dice.OneOf<Paint>(new(190, 60, 60), new(60, 100, 170), new(70, 130, 80));
        pen.Shape(cover, [(-0.58, 1.28), (0.0, 1.38), (0.58, 1.28), (0.58, 1.84), (0.0, 1.94), (-0.58, 1.84)]);
        pen.Shape(new(250, 248, 240), [(-0.5, 1.3), (0.0, 1.4), (0.5, 1.3), (0.5, 1.42), (0.0, 1.5), (-0.5, 1.42)]);
        foreach (var d in Sides)
            pen.Ellipse(d * 0.5, 1.66, 0.15, 0.13, Hand);
    }
}
