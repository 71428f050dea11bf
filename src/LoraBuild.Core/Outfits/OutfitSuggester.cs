using LoraBuild.Core.Tags;

namespace LoraBuild.Core.Outfits;

/// <summary>
/// Proposes outfits: pictures that say the same of the garments that they both show are taken to show the same clothes. The same pictures
/// give the same suggestions.
/// </summary>
public sealed class OutfitSuggester(ImplicationTable implications, GarmentTable garments)
{
    /// <summary>The least mean similarity, -1 to 1, of pictures of one outfit.</summary>
    private const double LeastSimilarity = 0.2;

    /// <summary>The least share of an outfit's pictures that show a garment of it, and of those that call it by a tag.</summary>
    private const double LeastShown = 0.15, LeastNamed = 0.4;

    /// <summary>A tag tells an outfit when at least this share of its pictures have it, and at most that share of the others.</summary>
    private const double LeastInside = 0.5, MostOutside = 0.1;

    /// <summary>Outfits of at least two pictures, those of the most pictures first.</summary>
    /// <param name="pictures">Ids and tags of one character's pictures.</param>
    public IReadOnlyList<SuggestedOutfit> Suggest(IReadOnlyList<(string Id, IReadOnlyList<string> Tags)> pictures)
    {
        var worn = pictures.Select(picture => new Worn(picture.Id, Names(picture.Tags), new SaidTags(picture.Tags, implications)))
            .Where(picture => picture.Names.Count > 0)
            .ToArray();
        // Pictures that say the same count as one, however many they are.
        var kinds = worn.GroupBy(picture => string.Join('\n', picture.Names.SelectMany(garment => garment.Value).Order(StringComparer.Ordinal)))
            .Select(kind => kind.ToArray())
            .ToArray();
        var similarity = new double[kinds.Length, kinds.Length];
        for (var i = 0; i < kinds.Length; i++)
            for (var j = 0; j < i; j++)
                similarity[i, j] = similarity[j, i] = Similarity(kinds[i][0], kinds[j][0]);

        var used = new HashSet<string>(Tag.Comparer);
        return
        [
            .. AverageLinkage.Cluster(similarity, [.. kinds.Select(kind => kind.Length)], LeastSimilarity)
                .Select(cluster => cluster.SelectMany(kind => kinds[kind]).ToArray())
                .Where(cluster => cluster.Length > 1)
                .OrderByDescending(cluster => cluster.Length)
                .Select(cluster => Describe(cluster, worn, used)),
        ];
    }

    // What the picture's tags call each garment, without what other names of it imply.
    private Dictionary<Garment, List<string>> Names(IReadOnlyList<string> tags)
    {
        var names = new Dictionary<Garment, List<string>>();
        foreach (var same in tags.Distinct(Tag.Comparer).GroupBy(garments.Named))
            if (same.Key is { } garment) names.Add(garment, [.. same.Where(tag => !same.Any(other => implications.Implies(other, tag)))]);
        return names;
    }

    // Agreements less disagreements over the garments that both show, and half a disagreement for a garment that the other picture does not
    // show although it shows what is worn there; one more in the denominator, since few garments prove little.
    private static double Similarity(Worn one, Worn other)
    {
        var (balance, weight) = (0.0, 1.0);
        foreach (var (garment, names) in one.Names)
        {
            if (!other.Names.TryGetValue(garment, out var otherNames)) continue;
            weight++;
            balance += names.Intersect(otherNames, Tag.Comparer).Any() ? 1 : -1;
        }

        var missing = Missing(one, other) + Missing(other, one);
        return (balance - (missing / 2.0)) / (weight + (missing / 2.0));

        static int Missing(Worn has, Worn lacks) =>
            has.Names.Keys.Count(garment => !lacks.Names.ContainsKey(garment) && garment.Parts.Any(lacks.Parts.Contains));
    }

    private SuggestedOutfit Describe(Worn[] cluster, Worn[] all, HashSet<string> used)
    {
        var tags = new List<(string Tag, int Count)>();
        foreach (var garment in cluster.SelectMany(picture => picture.Names.Keys).Distinct())
        {
            var showing = cluster.Where(picture => picture.Names.ContainsKey(garment)).ToArray();
            if (showing.Length < Math.Max(2, LeastShown * cluster.Length)) continue;
            tags.AddRange(showing.SelectMany(picture => picture.Names[garment])
                .GroupBy(tag => tag, Tag.Comparer)
                .Where(tag => tag.Count() >= LeastNamed * showing.Length)
                .Select(tag => (tag.Key, tag.Count())));
        }

        string[] chosen =
        [
            .. tags.Where(tag => !tags.Any(other => implications.Implies(other.Tag, tag.Tag)))
                .OrderByDescending(tag => tag.Count)
                .ThenBy(tag => tag.Tag, StringComparer.Ordinal)
                .Select(tag => tag.Tag),
        ];
        var others = all.Except(cluster).ToArray();
        var telling = chosen.Where(tag =>
            cluster.Count(picture => picture.Said.Contains(tag)) >= LeastInside * cluster.Length
            && others.Count(picture => picture.Said.Contains(tag)) <= MostOutside * others.Length).ToArray();
        var name = telling.Concat(chosen).FirstOrDefault(used.Add) ?? $"outfit {used.Count + 1}";
        return new SuggestedOutfit(name, telling, chosen, [.. cluster.Select(picture => picture.Id).Order(StringComparer.Ordinal)]);
    }

    private sealed record Worn(string Id, Dictionary<Garment, List<string>> Names, SaidTags Said)
    {
        /// <summary>The parts of the body on which the picture shows a garment.</summary>
        public HashSet<string> Parts { get; } = [.. Names.Keys.SelectMany(garment => garment.Parts)];
    }
}
