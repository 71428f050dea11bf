namespace LoraBuild.MiniWorld.Drawing;

/// <summary>Which colours things come in, and what they look like.</summary>
internal static class Palette
{
    public static readonly IReadOnlyDictionary<string, Paint> Hair = new Dictionary<string, Paint>
    {
        ["black"] = new(52, 48, 62), ["brown"] = new(124, 78, 48), ["blonde"] = new(244, 214, 108), ["red"] = new(204, 44, 48),
        ["blue"] = new(74, 124, 224), ["green"] = new(72, 172, 92), ["pink"] = new(248, 152, 194), ["purple"] = new(146, 88, 196),
        ["white"] = new(232, 234, 244), ["orange"] = new(242, 142, 48),
    };

    public static readonly IReadOnlyDictionary<string, Paint> Eyes = new Dictionary<string, Paint>
    {
        ["blue"] = new(50, 110, 235), ["red"] = new(220, 30, 45), ["green"] = new(40, 165, 75), ["yellow"] = new(246, 196, 20),
        ["purple"] = new(150, 60, 205), ["brown"] = new(125, 70, 35),
    };

    public static readonly IReadOnlyDictionary<string, Paint> Cloth = new Dictionary<string, Paint>
    {
        ["white"] = new(246, 246, 250), ["black"] = new(48, 46, 56), ["red"] = new(208, 48, 54), ["blue"] = new(62, 104, 208),
        ["green"] = new(60, 152, 84), ["yellow"] = new(248, 208, 64), ["pink"] = new(248, 156, 190), ["purple"] = new(142, 88, 188),
        ["brown"] = new(134, 88, 56), ["grey"] = new(152, 152, 162),
    };

    public static readonly IReadOnlyDictionary<string, Paint> Background = new Dictionary<string, Paint>
    {
        ["white"] = new(255, 255, 255), ["grey"] = new(176, 178, 184), ["blue"] = new(146, 190, 238), ["pink"] = new(250, 200, 216),
        ["yellow"] = new(250, 232, 150),
    };

    /// <summary>The colours of each garment, in the order of the tagger's labels.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Garments = new Dictionary<string, string[]>
    {
        ["shirt"] = ["white", "black", "red", "blue", "green", "yellow", "pink"],
        ["sweater"] = ["red", "blue", "green", "yellow", "purple", "grey"],
        ["dress"] = ["white", "black", "red", "blue", "green", "yellow", "pink", "purple"],
        ["skirt"] = ["white", "black", "red", "blue", "green", "yellow", "pink", "purple"],
        ["pants"] = ["black", "blue", "white", "brown"],
        ["shorts"] = ["black", "blue", "white", "brown"],
        ["coat"] = ["black", "brown", "red", "blue", "white"],
        ["vest"] = ["black", "brown", "red"],
        ["necktie"] = ["red", "yellow", "blue", "black", "green"],
        ["choker"] = ["black", "red", "white"],
        ["gloves"] = ["black", "white"],
    };

    public static readonly string[] Footwear = ["white", "black", "brown", "red"];
    public static readonly string[] Berets = ["red", "black", "blue", "white"];
    public static readonly string[] Ears = ["cat", "horse", "rabbit"];

    public static readonly Paint Skin = new(255, 226, 206);
    public static readonly Paint Hose = new(70, 64, 78);
    public static readonly Paint White = new(255, 255, 255);
}
