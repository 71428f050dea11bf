using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Outfits;

/// <summary>
/// Proposes outfits: pictures that say the same of the garments that they both show are taken to show the same clothes. The same pictures
/// give the same suggestions.
/// </summary>
public sealed class OutfitSuggester(ImplicationTable implications, GarmentTable garments)
{
    /// <summary>The least mean similarity, -1 to 1, of pictures of one outfit.</summary>
    private const double LeastSimilarity = 0.2;

    /// <summary>The least share of an outfit's pictures that show a garment of it.</summary>
    private const double LeastShown = 0.15;

    /// <summary>The least share that show it of those that show anything on its parts of the body, unless nothing else is shown there as
    /// often: who mostly wears a skirt does not also wear the shorts that a tagger takes it for now and then.</summary>
    private const double LeastOfPart = 0.5;

    /// <summary>The least share of a garment's pictures that call it by a tag; and by a colour, where they call it by no other.</summary>
    private const double LeastNamed = 0.4, LeastColoured = 0.25;

    /// <summary>A tag tells an outfit when at least this share of its pictures have it, and at most that share of the others.</summary>
    private const double LeastInside = 0.5, MostOutside = 0.1;

    /// <summary>Outfits of at least two pictures, those of the most pictures first.</summary>
    /// <param name="pictures">Ids and tags of one character's pictures.</param>
    public IReadOnlyList<SuggestedOutfit> Suggest(IReadOnlyList<(string Id, IReadOnlyList<string> Tags)> pictures)
    {
        var worn = pictures.Select(picture => new Worn(picture.Id, Names(picture.Tags), new SaidTags(picture.Tags, implications)))
            .Where(picture => picture.Names.Count > 0)
            .ToArray();
        var clusters = Cluster(worn).Where(cluster => cluster.Length > 1).OrderByDescending(cluster => cluster.Length).ToList();
        Join(clusters);
        var used = new HashSet<string>(Tag.Comparer);
        return [.. clusters.OrderByDescending(cluster => cluster.Length).Select(cluster => Describe(cluster, worn, used))];
    }

    private static IEnumerable<Worn[]> Cluster(Worn[] worn)
    {
        // Pictures that say the same count as one, however many they are.
        var kinds = worn.GroupBy(
            picture => string.Join('\n', picture.Names.SelectMany(garment => garment.Value).Order(StringComparer.Ordinal)))
            .Select(kind => kind.ToArray())
            .ToArray();
        var similarity = new double[kinds.Length, kinds.Length];
        for (var i = 0; i < kinds.Length; i++)
            for (var j = 0; j < i; j++)
                similarity[i, j] = similarity[j, i] = Similarity(kinds[i][0], kinds[j][0]);
        return AverageLinkage.Cluster(similarity, [.. kinds.Select(kind => kind.Length)], LeastSimilarity)
            .Select(cluster => cluster.SelectMany(kind => kinds[kind]).ToArray());
    }

    // Portraits show so little that they are like each other sooner than like their outfit: where all that a few pictures say is part of
    // one other outfit of as many pictures or more, and of no second one, they are pictures of that one.
    private void Join(List<Worn[]> clusters)
    {
        for (var index = clusters.Count - 1; index >= 0; index--)
        {
            var names = clusters[index].SelectMany(picture => picture.Names.Values).SelectMany(of => of).ToHashSet(Tag.Comparer);
            var fitting = clusters.Where(
                other => other != clusters[index] && other.Length >= clusters[index].Length && IsPart(names, other)).ToArray();
            if (fitting is not [var only]) continue;
            clusters[clusters.IndexOf(only)] = [.. only, .. clusters[index]];
            clusters.RemoveAt(index);
        }
    }

    private bool IsPart(HashSet<string> names, Worn[] cluster) => names.All(new SaidTags(Wardrobe(cluster).Tags, implications).Contains);

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
        var (chosen, unsure) = Wardrobe(cluster);
        var others = all.Except(cluster).ToArray();
        var telling = chosen.Where(tag =>
            cluster.Count(picture => picture.Said.Contains(tag)) >= LeastInside * cluster.Length
            && others.Count(picture => picture.Said.Contains(tag)) <= MostOutside * others.Length).ToList();
        var name = telling.Concat(chosen).FirstOrDefault(used.Add) ?? $"outfit {used.Count + 1}";
        return new SuggestedOutfit(
            name, Cover(cluster, others, telling), chosen, [.. cluster.Select(picture => picture.Id).Order(StringComparer.Ordinal)],
            unsure);
    }

    // What the pictures wear, the most often seen first, and where they speak of it in two ways.
    private (IReadOnlyList<string> Tags, IReadOnlyList<string> Unsure) Wardrobe(Worn[] cluster)
    {
        var shown = cluster.SelectMany(picture => picture.Names.Keys)
            .GroupBy(garment => garment)
            .ToDictionary(garment => garment.Key, garment => garment.Count());
        var tags = new List<(string Tag, int Count)>();
        var unsure = new List<string>();
        foreach (var (garment, count) in shown)
        {
            if (count < Math.Max(2, LeastShown * cluster.Length) || !IsWorn(garment)) continue;
            var named = cluster.SelectMany(picture => picture.Names.GetValueOrDefault(garment) ?? [])
                .GroupBy(tag => tag, Tag.Comparer)
                .Select(tag => (Tag: tag.Key, Count: tag.Count()))
                .OrderByDescending(tag => tag.Count)
                .ThenBy(tag => tag.Tag, StringComparer.Ordinal);
            foreach (var same in named.GroupBy(tag => garments.WithoutColour(tag.Tag), Tag.Comparer))
            {
                var coloured = same.Where(tag => !Tag.Comparer.Equals(tag.Tag, same.Key)).ToArray();
                var isContested = coloured.Length > 1;
                tags.AddRange(same.Except(coloured).Concat(coloured.Take(1))
                    .Where(tag => tag.Count >= count * (isContested || !coloured.Contains(tag) ? LeastNamed : LeastColoured)));
                if (isContested && coloured[1].Count >= count * LeastNamed)
                    unsure.Add(string.Join(" or ", coloured.Where(tag => tag.Count >= count * LeastNamed).Select(tag => tag.Tag)));
            }
        }

        return (
            [
                .. tags.Where(tag => !tags.Any(other => implications.Implies(other.Tag, tag.Tag)))
                    .OrderByDescending(tag => tag.Count)
                    .ThenBy(tag => tag.Tag, StringComparer.Ordinal)
                    .Select(tag => tag.Tag),
            ],
            [.. unsure.Order(StringComparer.Ordinal)]);

        bool IsWorn(Garment garment) =>
            shown[garment] >= LeastOfPart * cluster.Count(picture => garment.Parts.Any(picture.Parts.Contains))
            || garment.Parts.Any(part => shown.All(other => other.Value <= shown[garment] || !other.Key.Parts.Contains(part)));
    }

    // The fewest of the telling tags, about, that find all pictures that the telling tags find.
    private static List<string> Cover(Worn[] cluster, Worn[] others, List<string> telling)
    {
        var cover = new List<string>();
        var left = cluster.ToList();
        while (telling.Count > 0)
        {
            var best = telling.OrderByDescending(tag => left.Count(picture => picture.Said.Contains(tag)))
                .ThenBy(tag => others.Count(picture => picture.Said.Contains(tag)))
                .First();
            if (left.RemoveAll(picture => picture.Said.Contains(best)) == 0) break;
            cover.Add(best);
        }

        return cover;
    }

    private sealed record Worn(string Id, Dictionary<Garment, List<string>> Names, SaidTags Said)
    {
        /// <summary>The parts of the body on which the picture shows a garment.</summary>
        public HashSet<string> Parts { get; } = [.. Names.Keys.SelectMany(garment => garment.Parts)];
    }
}
