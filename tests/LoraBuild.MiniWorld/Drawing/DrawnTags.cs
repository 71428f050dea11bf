namespace LoraBuild.MiniWorld.Drawing;

/// <summary>What a drawing shows, as Danbooru tags with underscores.</summary>
internal static class DrawnTags
{
    private static readonly string[] Holding = ["cup", "book"];

    /// <summary>Every general tag of this world, in the order of the tagger's labels.</summary>
    public static readonly IReadOnlyList<string> General =
    [
        "1girl", "solo", "2girls", "multiple_girls", "looking_at_viewer", "full_body", "upper_body", "portrait", "standing",
        .. Palette.Hair.Keys.Select(colour => $"{colour}_hair"),
        "short_hair", "long_hair", "very_long_hair", "twintails", "ponytail", "bangs", "blunt_bangs", "hair_between_eyes", "ahoge",
        .. Palette.Eyes.Keys.Select(colour => $"{colour}_eyes"), "closed_eyes",
        "animal_ears", .. Palette.Ears.Select(kind => $"{kind}_ears"),
        "hat", "beret", "straw_hat", .. Palette.Berets.Select(colour => $"{colour}_headwear"),
        "smile", "open_mouth", "closed_mouth", "blush",
        .. Palette.Garments.SelectMany(garment => garment.Value.Select(colour => $"{colour}_{garment.Key}").Prepend(garment.Key)),
        "collared_shirt", "frills", "frilled_collar", "pleated_skirt", "belt", "pantyhose", "black_pantyhose", "boots", "shoes",
        .. Palette.Footwear.Select(colour => $"{colour}_footwear"), "long_sleeves", "short_sleeves",
        "arms_up", "waving", "hand_on_own_hip", "arms_at_sides", "holding", "cup", "holding_cup", "book", "holding_book",
        "simple_background", .. Palette.Background.Keys.Select(colour => $"{colour}_background"),
        "outdoors", "sky", "grass", "day", "indoors", "window",
    ];

    /// <summary>Every character tag.</summary>
    public static readonly IReadOnlyList<string> Characters = [.. Casting.Known.Keys];

    /// <summary>What each tag implies, where it does.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Implied = Implications();

    /// <summary>The tags of a drawing.</summary>
    public static IReadOnlyList<string> Of(Scene scene)
    {
        List<string> tags = scene.Girls.Count == 1 ? ["1girl", "solo"] : ["2girls", "multiple_girls"];
        foreach (var girl in scene.Girls)
            tags.AddRange([.. girl.Name is null ? [] : new[] { girl.Name }, .. Features(girl, scene.Framing), .. Clothes(
                girl, scene.Framing), .. Pose(girl, scene.Framing)]);
        tags.Add(scene.Framing switch { "full" => "full_body", "upper" => "upper_body", _ => "portrait" });
        tags.AddRange(scene.Background switch
        {
            "outdoors" => ["outdoors", "sky", "grass", "day"],
            "indoors" => ["indoors", "window"],
            var colour => ["simple_background", $"{colour}_background"],
        });
        return [.. tags.Distinct()];
    }

    private static IEnumerable<string> Features(Girl girl, string framing)
    {
        yield return $"{girl.HairColour}_hair";
        yield return girl.HairLength == "short" ? "short_hair" : "long_hair";
        if (girl.HairLength == "very long" && framing != "portrait")
            yield return "very_long_hair";
        if (girl.HairStyle is not null)
            yield return girl.HairStyle;
        yield return "bangs";
        if (girl.Bangs == "blunt")
            yield return "blunt_bangs";
        if (girl.Bangs == "between")
            yield return "hair_between_eyes";
        if (girl.HasAhoge && girl.Hat is null)
            yield return "ahoge";
        foreach (var tag in girl.HasClosedEyes ? ["closed_eyes"] : new[] { $"{girl.EyeColour}_eyes", "looking_at_viewer" })
            yield return tag;
        foreach (var tag in girl.Ears is null ? [] : new[] { "animal_ears", $"{girl.Ears}_ears" })
            yield return tag;
        foreach (var tag in girl.Hat switch { null => [], "beret" => ["hat", "beret", $"{girl.HatColour}_headwear"], _ =>
            new[] { "hat", "straw_hat" } })
            yield return tag;
        foreach (var tag in girl.Mouth switch { "smile" => ["smile", "closed_mouth"], "open" => ["open_mouth", "smile"], _ =>
            new[] { "closed_mouth" } })
            yield return tag;
        if (girl.HasBlush)
            yield return "blush";
    }

    private static IEnumerable<string> Clothes(Girl girl, string framing)
    {
        var outfit = girl.Outfit;
        List<string> tags = [outfit.Top, $"{outfit.TopColour}_{outfit.Top}"];
        if (outfit.Collar == "collared")
            tags.Add("collared_shirt");
        if (outfit.Collar == "frilled")
            tags.AddRange("frills", "frilled_collar");
        if (framing != "portrait" || outfit.Coat is null)
            AddColoured("vest", outfit.Vest);
        AddColoured("coat", outfit.Coat);
        AddColoured("necktie", outfit.Necktie);
        AddColoured("choker", outfit.Choker);
        if (framing != "portrait" || girl.Pose is "up" or "waving")
            AddColoured("gloves", outfit.Gloves);
        if (framing != "portrait")
            tags.Add(outfit.HasLongSleeves ? "long_sleeves" : "short_sleeves");
        if (framing != "portrait" && outfit.HasBelt)
            tags.Add("belt");
        if (framing != "full")
            return tags;
        if (outfit.Bottom is not null)
            AddColoured(outfit.Bottom, outfit.BottomColour);
        if (outfit.IsPleated)
            tags.Add("pleated_skirt");
        if (outfit.ShowsPantyhose)
            tags.AddRange("pantyhose", "black_pantyhose");
        if (outfit.Footwear is not null)
            tags.AddRange(outfit.Footwear, $"{outfit.FootwearColour}_footwear");
        return tags;

        void AddColoured(string garment, string? colour)
        {
            if (colour is not null)
                tags.AddRange(garment, $"{colour}_{garment}");
        }
    }

    private static IEnumerable<string> Pose(Girl girl, string framing)
    {
        if (framing == "full")
            yield return "standing";
        switch (girl.Pose)
        {
            case "up":
                yield return "arms_up";
                break;
            case "waving":
                yield return "waving";
                break;
            case "hip" when framing != "portrait":
                yield return "hand_on_own_hip";
                break;
            case "sides" when framing != "portrait":
                yield return "arms_at_sides";
                break;
            case "cup" or "book" when framing != "portrait":
                yield return "holding";
                yield return girl.Pose;
                yield return $"holding_{girl.Pose}";
                break;
        }
    }

    private static Dictionary<string, string[]> Implications()
    {
        var implied = new Dictionary<string, string[]>
        {
            ["pleated_skirt"] = ["skirt"], ["collared_shirt"] = ["shirt"], ["black_pantyhose"] = ["pantyhose"], ["beret"] = ["hat"],
            ["straw_hat"] = ["hat"], ["very_long_hair"] = ["long_hair"], ["blunt_bangs"] = ["bangs"], ["frilled_collar"] = ["frills"],
            ["2girls"] = ["multiple_girls"],
        };
        foreach (var (garment, colours) in Palette.Garments)
        {
            foreach (var colour in colours)
                implied.Add($"{colour}_{garment}", [garment]);
        }
        foreach (var kind in Palette.Ears)
            implied.Add($"{kind}_ears", ["animal_ears"]);
        foreach (var colour in Palette.Background.Keys)
            implied.Add($"{colour}_background", ["simple_background"]);
        foreach (var thing in Holding)
            implied.Add($"holding_{thing}", ["holding", thing]);
        return implied;
    }
}
