namespace LoraBuild.MiniWorld.Drawing;

/// <summary>What is behind the girls: one colour, a meadow under the sky, or a room with a window.</summary>
internal static class BackgroundDrawing
{
    /// <summary>Draws it with a pen of one pixel. The ground begins at <paramref name="horizon"/>, a share of the height.</summary>
    public static void Draw(Pen pen, string background, double width, double height, double horizon, Dice dice)
    {
        switch (background)
        {
            case "outdoors":
                Meadow(pen, width, height, horizon, dice);
                break;
            case "indoors":
                Room(pen, width, height, Math.Max(horizon, 0.66), dice);
                break;
            case "white":
                pen.Cover(Palette.White);
                break;
            default:
                pen.Cover(Palette.Background[background].Varied(dice, 6));
                break;
        }
    }

    private static void Meadow(Pen pen, double width, double height, double horizon, Dice dice)
    {
        var (scale, ground) = (Math.Max(width, height) / 128, height * horizon);
        pen.Cover((0, new Paint(112, 180, 246).Varied(dice, 5)), (ground, new Paint(208, 234, 255).Varied(dice, 5)));
        for (var cloud = 0; cloud < 2; cloud++)
        {
            var (x, y, radius) =
                (dice.Between(0, width), dice.Between(0.06, 0.3) * height, dice.Between(0.05, 0.08) * Math.Max(width, height));
            foreach (var (side, size) in new[] { (-1.1, 0.7), (0.0, 1.0), (1.1, 0.75) })
                pen.Spot(x + (side * radius), y, radius * size * 1.1, radius * size * 0.75, Palette.White, 0.92);
        }
        pen.Patch(
            new Paint(128, 200, 96).Varied(dice, 6),
            [
                (0.0, ground),
                ((width * 0.3, ground - (dice.Between(0, 0.06) * height)), (width * 0.7, ground
                    + (dice.Between(0, 0.06) * height)), (width, ground)),
                (width, height), (0.0, height),
            ]);
        for (var blade = 0; blade < 16; blade++)
        {
            var (x, y) = (dice.Between(0, width), dice.Between(ground + (0.06 * height), height));
            pen.Stroke(new(96, 168, 74), scale, (x, y), (x + (dice.Between(-1, 1) * scale), y - (3.2 * scale)));
        }
    }

    private static void Room(Pen pen, double width, double height, double floor, Dice dice)
    {
        var (scale, ground) = (Math.Max(width, height) / 128, height * floor);
        pen.Cover(new Paint(246, 232, 208).Varied(dice, 4));
        pen.Patch(new Paint(196, 150, 108).Varied(dice, 6), Rectangle(0, ground, width, height - ground));
        pen.Stroke(new(170, 124, 86), 1.4 * scale, (0.0, ground), (width, ground));
        var (paneWidth, paneHeight) = (0.34 * width, 0.4 * height);
        var x = ((dice.Happens(0.5) ? 0.03 : 0.63) + dice.Between(-0.02, 0.02)) * width;
        var y = (0.08 + dice.Between(0, 0.04)) * height;
        var frame = new Paint(150, 104, 70);
        pen.Shape(new(176, 218, 248), Rectangle(x, y, paneWidth, paneHeight), frame, 2.2 * scale);
        pen.Stroke(frame, 1.4 * scale, (x + (paneWidth / 2), y), (x + (paneWidth / 2), y + paneHeight));
        pen.Stroke(frame, 1.4 * scale, (x, y + (paneHeight / 2)), (x + paneWidth, y + (paneHeight / 2)));
    }

    private static Stretch[] Rectangle(double x, double y, double width, double height) =>
        [(x, y), (x + width, y), (x + width, y + height), (x, y + height)];
}
