namespace LoraBuild.MiniWorld.Drawing;

/// <summary>Who is drawn: features, clothes and what she does.</summary>
internal sealed record Girl
{
    /// <summary>The character's name as a tag, or null for nobody in particular.</summary>
    public string? Name { get; init; }

    public required string HairColour { get; init; }

    /// <summary>short, long or very long.</summary>
    public required string HairLength { get; init; }

    /// <summary>twintails, ponytail or null.</summary>
    public string? HairStyle { get; init; }

    /// <summary>blunt, between (the eyes) or swept.</summary>
    public required string Bangs { get; init; }

    public bool HasAhoge { get; init; }

    public required string EyeColour { get; init; }

    public bool HasClosedEyes { get; init; }

    /// <summary>cat, horse, rabbit or null.</summary>
    public string? Ears { get; init; }

    /// <summary>beret, straw or null.</summary>
    public string? Hat { get; init; }

    public string? HatColour { get; init; }

    /// <summary>smile, open or closed.</summary>
    public required string Mouth { get; init; }

    public bool HasBlush { get; init; }

    /// <summary>sides, up, waving, hip, cup or book.</summary>
    public required string Pose { get; init; }

    public required Outfit Outfit { get; init; }

    /// <summary>
    /// Whether she is the example's character or close to it. No picture that a model learns from shows one, so that the example's LoRA has
    /// something to teach.
    /// </summary>
    public bool IsHeldOut
    {
        get
        {
            bool[] hers = [HairColour == "black", Ears == "horse", EyeColour == "yellow", HairLength == "very long"];
            return hers.Count(same => same) >= 3 || (hers[0] && hers[1]);
        }
    }
}
