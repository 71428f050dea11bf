using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Pictures;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Features;

/// <summary>
/// The share of a character's pictures that each feature has. What she is, she is in most of them. A feature of a few pictures is a mistake
/// of the tagger or part of a costume; its author should know before it is gone from the captions.
/// </summary>
public sealed class FeatureSurvey
{
    /// <summary>The share of her pictures below which a feature is called rare.</summary>
    public const double RareShare = 0.2;

    /// <summary>The kind of person of whose kind no picture tells anything.</summary>
    public const string UsualPerson = "1girl";

    private readonly string file;
    private readonly double least;
    private readonly Character character;
    private readonly IReadOnlyCollection<string> seen;

    /// <summary>Counts.</summary>
    /// <param name="character">The character.</param>
    /// <param name="pictures">Ids and tags of her pictures before StripFeatures.</param>
    /// <param name="leastFrequency">The least share of her pictures, 0 to 1, in which a feature that a table or default pattern names must
    /// appear to be stripped. What character.yaml names itself is always stripped.</param>
    public FeatureSurvey(Character character, IReadOnlyList<(string Id, IReadOnlyList<string> Tags)> pictures, double leastFrequency)
    {
        this.character = character;
        file = character.File;
        least = leastFrequency;
        Person = FeatureTable.Default.Persons.Prepend(UsualPerson)
            .MaxBy(person => pictures.Count(picture => picture.Tags.Contains(person, Tag.Comparer)))!;
        var stripper = new FeatureStripper(character, person: Person);
        // A picture's tags are counted once each; of a tag that is no feature there is nothing to count.
        var pictured = new Dictionary<string, (string Reason, List<string> Ids)?>(Tag.Comparer);
        foreach (var (id, tags) in pictures)
        {
            for (var i = 0; i < tags.Count; i++)
            {
                if (!pictured.TryGetValue(tags[i], out var feature))
                    pictured[tags[i]] = feature = !stripper.IsName(tags[i]) && stripper.Reason(tags[i]) is { } reason ? (reason, []) : null;
                if (feature is { Ids: var ids } && (ids.Count == 0 || ids[^1] != id))
                    ids.Add(id);
            }
        }

        seen = [.. pictured.Keys.Select(Tag.Unweighted)];
        Features =
        [
            .. pictured
                .Where(feature => feature.Value is not null)
                .Select(feature => new FeatureShare(
                    feature.Key, feature.Value!.Value.Reason, feature.Value.Value.Ids,
                    (double)feature.Value.Value.Ids.Count / pictures.Count))
                .OrderByDescending(feature => feature.Share)
                .ThenBy(feature => feature.Tag, StringComparer.Ordinal),
        ];
        Spared = Features
            .Where(feature => feature.Share < leastFrequency && !stripper.IsAuthorsRule(feature.Tag))
            .Select(feature => feature.Tag)
            .ToHashSet(Tag.Comparer);
    }

    /// <summary>All features that the pictures show, the most frequent first.</summary>
    public IReadOnlyList<FeatureShare> Features { get; }

    /// <summary>
    /// The kind of person that she is: the one of <c>1girl</c>, <c>1boy</c> and <c>1other</c> that most of her pictures show. A feature
    /// that only another kind has, such as a beard beside her, is none of hers.
    /// </summary>
    public string Person { get; }

    /// <summary>Features that appear in too few of her pictures to be stripped.</summary>
    public IReadOnlySet<string> Spared { get; }

    /// <summary>A warning that names the rare features and their pictures, where there are any.</summary>
    public IEnumerable<PictureWarning> Warnings()
    {
        var rare = Features.Where(feature => feature.Share < Math.Max(RareShare, least)).ToList();
        foreach (var (features, what) in new[]
        {
            (rare.Where(feature => !Spared.Contains(feature.Tag)).ToList(), "They are taken out of the captions as features of hers"),
            (rare.Where(feature => Spared.Contains(feature.Tag)).ToList(), "LoraFeatureFrequency keeps them in the captions"),
        })
        {
            if (features.Count == 0) continue;
            var list = string.Join("; ", features.Select(feature => $"{feature.Tag} ({PictureEnumeration.Of(feature.Pictures)})"));
            yield return new PictureWarning(
                new Diagnostic(
                    DiagnosticCode.RareFeature,
                    Severity.Warning,
                    $"Only few of her pictures show {list}. {what}. Put what is hers under features.tags, what is part of a costume under "
                        + "features.keep, and take mistakes of the tagger away under tags.",
                    file),
                [.. features.SelectMany(feature => feature.Pictures).Distinct(StringComparer.Ordinal)]);
        }
    }

    /// <summary>A warning for each alias and each rule for features that changes nothing about her pictures.</summary>
    public IEnumerable<Diagnostic> Unused()
    {
        if (seen.Count == 0)
            yield break;
        const string noPicture = "no picture of hers has this tag. Correct its spelling, or remove it.";
        var tags = seen.ToHashSet(Tag.Comparer);
        foreach (var alias in character.Aliases.Where(alias => !tags.Contains(alias)))
            yield return character.WithoutEffect("aliases", alias, noPicture);
        foreach (var feature in character.Features.Tags.Where(feature => !tags.Contains(feature)))
            yield return character.WithoutEffect("features.tags", feature, noPicture);
        var withoutKeep = new FeatureStripper(character with { Features = character.Features with { Keep = [] } }, person: Person);
        foreach (var kept in character.Features.Keep)
        {
            if (!tags.Contains(kept))
                yield return character.WithoutEffect("features.keep", kept, noPicture);
            else if (withoutKeep.Reason(kept) is null)
                yield return character.WithoutEffect("features.keep", kept, "no rule takes this tag out. Remove it.");
        }

        foreach (var pattern in character.Features.Patterns)
        {
            var matching = FeatureStripper.ToWholeTag(pattern);
            if (!seen.Any(matching.IsMatch))
                yield return character.WithoutEffect(
                    "features.patterns", pattern, "it matches no whole tag of her pictures. Correct it, or remove it.");
        }
    }
}

/// <summary>The share of a character's pictures that show a feature, 0 to 1, and which they are.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="Reason">Why it is a feature.</param>
/// <param name="Pictures">Ids of the pictures that have it, in the order of the pictures.</param>
/// <param name="Share">Their share of all her pictures, above 0 to 1.</param>
public sealed record FeatureShare(string Tag, string Reason, IReadOnlyList<string> Pictures, double Share);
