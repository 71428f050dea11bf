namespace LoraBuild.Builds.Killing;

/// <summary>Random moments over all steps of a build; the same seed gives the same.</summary>
internal static class KillPlan
{
    // In the pipeline's order. A step's share of the moments follows from what can go wrong in it rather than from its time, most of which
    // is the training's.
    private static readonly (string Task, int Weight)[] Tasks =
    [
        ("CheckSettings", 1), ("NormalizePictures", 5), ("FindDuplicates", 1), ("TagPictures", 5), ("StripFeatures", 1), ("DedupeTags", 1),
        ("AlignOutfits", 1), ("WriteManifest", 4), ("WriteReport", 3), (KillMoment.Loading, 2), (KillMoment.Training, 12),
        (KillMoment.Publishing, 4),
    ];

    // The training says how far it is every two seconds only: the moment lies a random time after that, of up to this share of the
    // training.
    private const double LongestDelay = 0.03;

    /// <summary>Moments in the order in which one build after the other can be killed at them: each step's work is done once.</summary>
    /// <param name="count">How many.</param>
    /// <param name="seed">Other seeds, other moments.</param>
    public static IReadOnlyList<KillMoment> Moments(int count, int seed)
    {
        var random = new Random(seed);
        var start = random.NextDouble();
        var drawn = Enumerable.Range(0, count)
            .Select(i => (Place: PlaceOf((i + start) / count), Fraction: random.NextDouble(), Delay: random.NextDouble()))
            .OrderBy(moment => moment.Place)
            .ThenBy(moment => moment.Fraction)
            .ToList();
        // Every kind of victim in turn, from a random one on.
        var first = random.Next(3);
        return [.. drawn.Select((moment, i) => new KillMoment(
            Tasks[moment.Place].Task,
            moment.Fraction,
            Tasks[moment.Place].Task == KillMoment.Training ? moment.Delay * LongestDelay : 0,
            (Victim)((first + i) % 3)))];
    }

    // At equal distances from a random start: few moments are spread as well as many.
    private static int PlaceOf(double share)
    {
        var left = share * Tasks.Sum(task => task.Weight);
        var place = 0;
        while (place < Tasks.Length - 1 && left >= Tasks[place].Weight)
            left -= Tasks[place++].Weight;
        return place;
    }
}
