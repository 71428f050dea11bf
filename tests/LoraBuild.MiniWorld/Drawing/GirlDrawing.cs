namespace LoraBuild.MiniWorld.Drawing;

/// <summary>
/// Draws a girl: the centre of her head is the origin, its radius about 1, and her feet are at 3.75 below. What is behind comes first.
/// </summary>
internal sealed partial class GirlDrawing
{
    private static readonly int[] Sides = [-1, 1];

    private readonly Pen pen;
    private readonly Girl girl;
    private readonly Outfit outfit;
    private readonly Dice dice;

    private readonly Paint hair, darkHair, skin, top, bottom;
    private readonly Paint? coat, gloves;
    private readonly double faceWidth, legLength, hips, sway, tailLength;
    private readonly int side;

    /// <summary>Settles what differs from picture to picture.</summary>
    public GirlDrawing(Pen pen, Girl girl, Dice dice)
    {
        (this.pen, this.girl, this.dice, outfit) = (pen, girl, dice, girl.Outfit);
        hair = Palette.Hair[girl.HairColour].Varied(dice);
        darkHair = hair.Dark(0.8);
        skin = Palette.Skin.Varied(dice, 4);
        (faceWidth, legLength, hips, sway) =
            (dice.Between(0.96, 1.05), dice.Between(-0.1, 0.12), dice.Between(0.95, 1.06), dice.Between(-0.06, 0.06));
        top = Cloth(outfit.TopColour);
        bottom = outfit.BottomColour is null ? top : Cloth(outfit.BottomColour);
        coat = outfit.Coat is null ? null : Cloth(outfit.Coat);
        gloves = outfit.Gloves is null ? null : Cloth(outfit.Gloves);
        tailLength = (girl.HairLength == "long" ? 1.55 : 2.75) + dice.Between(-0.1, 0.1);
        side = dice.Side();
    }

    private Paint Sleeve => coat ?? top;

    private Paint Hand => gloves ?? skin;

    /// <summary>Draws her.</summary>
    public void Draw()
    {
        BackHair();
        Legs();
        Body();
        Collar();
        LowArms();
        Twintails();
        Head();
        Face();
        Ears();
        FrontHair();
        Hat();
        RaisedArms();
    }

    private Paint Cloth(string colour) => Palette.Cloth[colour].Varied(dice, 7);
}
