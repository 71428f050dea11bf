using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Features;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Pages.Evaluation;

/// <summary>The features that a character is recognised by: those that StripFeatures left to the trigger word.</summary>
/// <param name="Features">Features of hers.</param>
/// <param name="ClassTags">Tags that the trigger word also replaced and that say nothing of her: <c>1girl</c>, <c>solo</c>.</param>
public sealed record IdentityFeatures(IReadOnlyList<IdentityFeature> Features, IReadOnlyList<string> ClassTags)
{
    /// <summary>The share of her pictures that a stripped tag needs at least: rarer ones are mistakes of the tagger, or costumes.</summary>
    public const double LeastShare = 0.5;

    /// <summary>Finds them.</summary>
    /// <param name="character">The character.</param>
    /// <param name="pictures">Ids and tags of her pictures before StripFeatures.</param>
    /// <param name="featureFrequency">LoraFeatureFrequency, 0 to 1.</param>
    /// <param name="implications">A feature that another one implies (<c>long hair</c> beside <c>very long hair</c>) would count twice, and
    /// is left out.</param>
    /// <param name="named">Features that the author names instead; empty for those that were stripped.</param>
    public static IdentityFeatures Of(
        Character character,
        IReadOnlyList<(string Id, IReadOnlyList<string> Tags)> pictures,
        double featureFrequency,
        ImplicationTable implications,
        IReadOnlyList<string> named)
    {
        var classTags = pictures.SelectMany(picture => picture.Tags.Distinct(Tag.Comparer)).Where(FeatureTable.Default.IsWho)
            .GroupBy(tag => tag, Tag.Comparer).Where(tag => tag.Count() >= LeastShare * pictures.Count)
            .Select(tag => tag.Key).Order(StringComparer.Ordinal).ToList();
        if (named.Count > 0)
            return new IdentityFeatures([.. named.Select(tag => new IdentityFeature(tag, ShareOf(tag)))], classTags);
        var survey = new FeatureSurvey(character, pictures, featureFrequency);
        var stripped = survey.Features
            .Where(
                feature => feature.Share >= LeastShare && !survey.Spared.Contains(feature.Tag) && !FeatureTable.Default.IsWho(feature.Tag))
            .ToList();
        var most = stripped.Where(feature => !stripped.Exists(other => implications.Implies(other.Tag, feature.Tag)));
        return new IdentityFeatures([.. most.Select(feature => new IdentityFeature(feature.Tag, feature.Share))], classTags);

        double ShareOf(string tag) =>
            pictures.Count(picture => picture.Tags.Contains(tag, Tag.Comparer)) / (double)Math.Max(1, pictures.Count);
    }
}

/// <summary>A feature by which a character is recognised.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="Share">The share of her own pictures that have it before StripFeatures, 0 to 1.</param>
public sealed record IdentityFeature(string Tag, double Share);
