namespace LoraBuild.MiniWorld.Drawing;

/// <summary>Scenes as the world has them, drawn by lot.</summary>
internal static class Casting
{
    /// <summary>Characters that the tagger and the base model know, by their tags.</summary>
    public static readonly IReadOnlyDictionary<string, Func<Girl, Girl>> Known = new Dictionary<string, Func<Girl, Girl>>
    {
        ["momoi_sakura_(original)"] = girl => girl with
        {
            HairColour = "pink", HairLength = "long", HairStyle = "twintails", Bangs = "blunt", HasAhoge = false, EyeColour = "green",
            Ears = "rabbit",
        },
        ["fuyuno_rin_(original)"] = girl => girl with
        {
            HairColour = "white", HairLength = "short", HairStyle = null, Bangs = "between", HasAhoge = true, EyeColour = "red",
            Ears = "cat",
        },
    };

    /// <summary>
    /// A scene for a picture of these proportions. <paramref name="pairs"/> is the share of pictures with two girls, where there is room.
    /// </summary>
    public static Scene Scene(Dice dice, double width, double height, double pairs = 0.03)
    {
        var framing = (width / height) switch
        {
            < 0.85 => dice.Share((0.62, "full"), (0.25, "upper"), (0.13, "portrait")),
            > 1.2 => dice.Share((0.15, "full"), (0.5, "upper"), (0.35, "portrait")),
            _ => dice.Share((0.46, "full"), (0.33, "upper"), (0.21, "portrait")),
        };
        var background = dice.Share(
            (0.2, "white"), (0.13, "grey"), (0.13, "blue"), (0.07, "pink"), (0.07, "yellow"), (0.21, "outdoors"), (0.19, "indoors"));
        var girl = Girl(dice);
        if (dice.Happens(pairs) && width / height >= 0.95)
            return new([girl, Girl(dice)], framing, background);
        if (dice.Happens(0.045))
        {
            var (name, dress) = dice.OneOf<KeyValuePair<string, Func<Girl, Girl>>>([.. Known]);
            girl = dress(girl) with { Name = name, Hat = null, HatColour = null };
        }
        return new([girl], framing, background);
    }

    private static Girl Girl(Dice dice)
    {
        while (true)
        {
            var girl = AnyGirl(dice);
            if (!girl.IsHeldOut)
                return girl;
        }
    }

    private static Girl AnyGirl(Dice dice)
    {
        var length = dice.OneOf("short", "long", "very long");
        var ears = dice.Happens(0.4) ? dice.OneOf(Palette.Ears) : null;
        var hat = ears is null && dice.Happens(0.3) ? dice.Share((0.6, "beret"), (0.4, "straw")) : null;
        var pose = dice.OneOf("sides", "sides", "up", "waving", "hip", "cup", "book");
        return new()
        {
            HairColour = dice.OneOf<string>([.. Palette.Hair.Keys]),
            HairLength = length,
            HairStyle = length == "short" ? null : dice.Share<string?>((0.2, "twintails"), (0.16, "ponytail"), (0.64, null)),
            Bangs = dice.OneOf("blunt", "between", "swept", "swept"),
            HasAhoge = dice.Happens(0.3),
            EyeColour = dice.OneOf<string>([.. Palette.Eyes.Keys]),
            HasClosedEyes = dice.Happens(0.07),
            Ears = ears,
            Hat = hat,
            HatColour = hat is null ? null : dice.OneOf(Palette.Berets),
            Mouth = dice.Share((0.4, "smile"), (0.3, "open"), (0.3, "closed")),
            HasBlush = dice.Happens(0.35),
            Pose = pose,
            Outfit = Outfit(dice, pose),
        };
    }

    // Nothing that could not be seen: under what she wears or holds, or in the colour of what is behind it.
    private static Outfit Outfit(Dice dice, string pose)
    {
        var top = dice.Happens(0.27) ? "dress" : dice.Happens(0.68) ? "shirt" : "sweater";
        var bottom = top == "dress" ? null : dice.Share((0.5, "skirt"), (0.26, "pants"), (0.24, "shorts"));
        var collar = top switch
        {
            "shirt" => dice.Share((0.5, "collared"), (0.1, "frilled"), (0.4, null)),
            "dress" when dice.Happens(0.35) => "frilled",
            _ => null,
        };
        var topColour = Coloured(top);
        var coat = dice.Happens(0.2) ? Coloured("coat") : null;
        var vest = top == "shirt" && pose != "book" && dice.Happens(0.35) ? Coloured("vest", topColour) : null;
        var footwear = dice.Share<string?>((0.12, null), (0.33, "boots"), (0.55, "shoes"));
        return new()
        {
            Top = top,
            TopColour = topColour,
            Bottom = bottom,
            BottomColour = bottom is null ? null : Coloured(bottom),
            IsPleated = bottom == "skirt" && dice.Happens(0.5),
            Coat = coat,
            Vest = vest,
            Necktie = collar == "collared" && dice.Happens(0.75) ? Coloured("necktie", topColour, vest) : null,
            Collar = collar,
            Choker = collar != "frilled" && dice.Happens(0.3) ? Coloured("choker", topColour) : null,
            Gloves = dice.Happens(0.3) ? Coloured("gloves") : null,
            HasBelt = bottom is not null && dice.Happens(0.35),
            HasPantyhose = bottom != "pants" && dice.Happens(0.3),
            Footwear = footwear,
            FootwearColour = footwear is null ? null : dice.OneOf(Palette.Footwear),
            HasLongSleeves = coat is not null || top == "sweater" || !dice.Happens(0.4),
        };

        string Coloured(string garment, params string?[] behind) =>
            dice.OneOf<string>([.. Palette.Garments[garment].Where(colour => !behind.Contains(colour))]);
    }
}
