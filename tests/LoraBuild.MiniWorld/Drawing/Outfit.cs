namespace LoraBuild.MiniWorld.Drawing;

/// <summary>What a girl wears. Colours are null where there is no such piece.</summary>
internal sealed record Outfit
{
    /// <summary>shirt, sweater or dress.</summary>
    public required string Top { get; init; }

    public required string TopColour { get; init; }

    /// <summary>skirt, pants or shorts; null with a dress.</summary>
    public string? Bottom { get; init; }

    public string? BottomColour { get; init; }

    public bool IsPleated { get; init; }

    public string? Coat { get; init; }

    public string? Vest { get; init; }

    public string? Necktie { get; init; }

    /// <summary>collared, frilled or null.</summary>
    public string? Collar { get; init; }

    public string? Choker { get; init; }

    public string? Gloves { get; init; }

    public bool HasBelt { get; init; }

    public bool HasPantyhose { get; init; }

    /// <summary>boots, shoes or null.</summary>
    public string? Footwear { get; init; }

    public string? FootwearColour { get; init; }

    public bool HasLongSleeves { get; init; }

    /// <summary>Whether the arms are covered to the hands.</summary>
    public bool CoversArms => HasLongSleeves || Coat is not null;

    /// <summary>The hose that shows, which pants hide.</summary>
    public bool ShowsPantyhose => HasPantyhose && Bottom != "pants";
}
