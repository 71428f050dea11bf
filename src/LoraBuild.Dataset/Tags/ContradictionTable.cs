using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Pictures;
using LoraBuild.Dataset.Tables;

namespace LoraBuild.Dataset.Tags;

/// <summary>The table of tags that contradict each other (Tags/contradictions.txt). Safe for any number of threads.</summary>
public sealed class ContradictionTable
{
    private const string File = "Tags/contradictions.txt";

    private static readonly Lazy<ContradictionTable> LazyDefault = new(() => new ContradictionTable(TableFile.ReadEmbedded(File)));

    private readonly List<Rule> rules = [];
    private readonly IReadOnlyList<string> several = [];

    private ContradictionTable(IReadOnlyList<TableEntry> entries)
    {
        foreach (var entry in entries)
        {
            var columns = entry.Text.Split('|', StringSplitOptions.TrimEntries);
            var tags = columns.Skip(1).Select(TagList.Parse).ToArray();
            switch (columns[0])
            {
                case "several" when tags.Length == 1: several = tags[0]; break;
                case "picture" or "person" when tags.Length == 3: rules.Add(
                    new Rule(columns[0] == "person", tags[0], tags[1], tags[2])); break;
                default: throw TableFile.Malformed(File, entry, "'picture' or 'person' | tags | tags | tags, or 'several | tags'");
            }
        }
    }

    /// <summary>The table that ships with LoraBuild.</summary>
    public static ContradictionTable Default => LazyDefault.Value;

    /// <summary>The contradictions among a picture's tags, in the table's order, each pair once.</summary>
    /// <param name="tags">The picture's tags before any is taken away.</param>
    /// <param name="implications">The tags that other tags imply.</param>
    public IReadOnlyList<Contradiction> Find(IReadOnlyList<string> tags, ImplicationTable implications)
    {
        var said = new SaidTags(tags, implications);
        var isOnePerson = !several.Any(said.Contains);
        var found = new List<Contradiction>();
        foreach (var rule in rules)
        {
            if ((rule.IsOfPerson && !isOnePerson) || rule.Unless.Any(said.Contains)) continue;
            foreach (var (first, second) in rule.PairsIn(said))
            {
                if (said.By(first) is not { } one || said.By(second) is not { } other || Tag.Comparer.Equals(one, other)) continue;
                var contradiction = new Contradiction(one, other);
                if (!found.Contains(contradiction)) found.Add(contradiction);
            }
        }

        return found;
    }

    /// <summary>True if a rule holds the two tags, or what they imply, against each other, whatever else a picture shows.</summary>
    public bool Excludes(string tag, string other, ImplicationTable implications)
    {
        var (one, two) = (new SaidTags([tag], implications), new SaidTags([other], implications));
        return rules.Exists(rule => rule.IsBetween(one, two) || rule.IsBetween(two, one));
    }

    /// <summary>A warning for each two tags that contradict each other in any of a character's pictures, naming the pictures.</summary>
    /// <param name="pictures">Ids and tags of the pictures before any tag is taken away.</param>
    /// <param name="implications">The tags that other tags imply.</param>
    /// <param name="file">The file in which the author can mend it.</param>
    public IEnumerable<PictureWarning> Warnings(
        IReadOnlyList<(string Id, IReadOnlyList<string> Tags)> pictures, ImplicationTable implications, string file) =>
        PicturesWithTwoOfARule(pictures, implications) is { Count: > 0 } few ? Warnings(few, implications, file) : [];

    private IEnumerable<PictureWarning> Warnings(
        List<(string Id, IReadOnlyList<string> Tags)> pictures, ImplicationTable implications, string file) =>
        pictures
            .SelectMany(picture => Find(picture.Tags, implications).Select(contradiction => (picture.Id, contradiction)))
            .ToList()
            .GroupBy(found => found.contradiction, found => found.Id)
            .Select(same => new PictureWarning(
                new Diagnostic(
                    DiagnosticCode.ContradictoryTags,
                    Severity.Warning,
                    $"'{same.Key.First}' and '{same.Key.Second}' contradict each other, and stand both in "
                    + $"{PictureEnumeration.Of([.. same])}. Take the wrong one away under tags.",
                    file),
                [.. same]));

    // Most pictures have no two tags that speak of the same rule, and which rules a tag speaks of is found once for all pictures.
    private List<(string Id, IReadOnlyList<string> Tags)> PicturesWithTwoOfARule(
        IReadOnlyList<(string Id, IReadOnlyList<string> Tags)> pictures, ImplicationTable implications)
    {
        var rulesOf = new Dictionary<string, ulong>(Tag.Comparer);
        for (var index = 0; index < rules.Count; index++)
        {
            // Rules that share a bit are taken for one another here, and told apart by Find.
            foreach (var tag in rules[index].Tags.Concat(rules[index].Against))
                rulesOf[tag] = rulesOf.GetValueOrDefault(tag) | (1UL << (index % 64));
        }

        var spokenOf = new Dictionary<string, ulong>(Tag.Comparer);
        var found = new List<(string Id, IReadOnlyList<string> Tags)>();
        foreach (var picture in pictures)
        {
            var (once, twice) = (0UL, 0UL);
            for (var i = 0; i < picture.Tags.Count; i++)
            {
                var tag = picture.Tags[i];
                if (!spokenOf.TryGetValue(tag, out var spoken))
                    spokenOf[tag] = spoken = implications.Implied(tag)
                        .Aggregate(rulesOf.GetValueOrDefault(tag), (sum, implied) => sum | rulesOf.GetValueOrDefault(implied));
                twice |= once & spoken;
                once |= spoken;
            }

            if (twice != 0)
                found.Add(picture);
        }

        return found;
    }

    private sealed record Rule(bool IsOfPerson, IReadOnlyList<string> Tags, IReadOnlyList<string> Against, IReadOnlyList<string> Unless)
    {
        public bool IsBetween(SaidTags one, SaidTags other) =>
            Against.Count > 0
                ? Tags.Any(one.Contains) && Against.Any(other.Contains)
                : Tags.Any(
                    first => one.Contains(first) && Tags.Any(second => !Tag.Comparer.Equals(first, second) && other.Contains(second)));

        // Most pictures say one tag of a rule at most, and their number counts: what is not said is left out before pairs are made.
        public IEnumerable<(string First, string Second)> PairsIn(SaidTags said)
        {
            var tags = Tags.Where(said.Contains).ToList();
            return Against.Count > 0
                ? tags.SelectMany(_ => Against.Where(said.Contains), (first, second) => (first, second))
                : tags.SelectMany((first, index) => tags.Skip(index + 1).Select(second => (first, second)));
        }
    }
}

/// <summary>Two tags of a picture that cannot both be true of it.</summary>
/// <param name="First">One of them, as the picture has it.</param>
/// <param name="Second">The other.</param>
public readonly record struct Contradiction(string First, string Second);
