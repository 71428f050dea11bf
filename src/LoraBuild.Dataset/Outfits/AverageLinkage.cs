namespace LoraBuild.Dataset.Outfits;

/// <summary>
/// Agglomerative clustering by the mean similarity between members, by chains of nearest neighbours (Müllner, "Modern hierarchical,
/// agglomerative clustering algorithms", 2011): quadratic time and memory. Ties go to the lower index, so the result follows from the input
/// alone.
/// </summary>
internal static class AverageLinkage
{
    /// <summary>Clusters items; each cluster's items in order, clusters by their first item.</summary>
    /// <param name="similarity">Symmetric, count x count; destroyed.</param>
    /// <param name="weights">The number of items that each item stands for.</param>
    /// <param name="least">Clusters less similar than this on average stay apart.</param>
    public static IReadOnlyList<IReadOnlyList<int>> Cluster(double[,] similarity, IReadOnlyList<int> weights, double least)
    {
        var sizes = weights.ToArray();
        var members = Enumerable.Range(0, sizes.Length).Select(index => new List<int> { index }).ToArray();
        var result = new List<List<int>>();
        var active = new SortedSet<int>(Enumerable.Range(0, sizes.Length));
        var chain = new List<int>();
        while (active.Count > 0)
        {
            if (chain.Count == 0) chain.Add(active.Min);
            var last = chain[^1];
            var before = chain.Count > 1 ? chain[^2] : -1;
            var nearest = before;
            foreach (var other in active)
                if (other != last && (nearest < 0 || similarity[last, other] > similarity[last, nearest])) nearest = other;
            if (nearest >= 0 && nearest != before && similarity[last, nearest] >= least)
            {
                chain.Add(nearest);
                continue;
            }

            chain.RemoveAt(chain.Count - 1);
            if (nearest < 0 || similarity[last, nearest] < least)
            {
                // Merging others never brings them nearer than the nearest of them was.
                result.Add(members[last]);
                active.Remove(last);
                continue;
            }

            chain.RemoveAt(chain.Count - 1);
            Merge(Math.Min(last, before), Math.Max(last, before));
        }

        foreach (var cluster in result) cluster.Sort();
        return [.. result.OrderBy(cluster => cluster[0])];

        void Merge(int into, int from)
        {
            foreach (var other in active)
            {
                var mean =
                    ((sizes[into] * similarity[into, other]) + (sizes[from] * similarity[from, other])) / (sizes[into] + sizes[from]);
                similarity[into, other] = similarity[other, into] = mean;
            }

            sizes[into] += sizes[from];
            members[into].AddRange(members[from]);
            active.Remove(from);
        }
    }
}
