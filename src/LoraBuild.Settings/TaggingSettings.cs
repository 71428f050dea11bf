using LoraBuild.Dataset.Tags;

namespace LoraBuild.Settings;

/// <summary>The settings that decide which tags follow from a tagger's scores.</summary>
public static class TaggingSettings
{
    /// <summary>Reads the selection from properties by name; one that is missing or empty has its default.</summary>
    /// <param name="values">Values by property name, such as <c>LoraTaggerThreshold</c>.</param>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB1008: a value is none that its property takes.</exception>
    public static TagSelection Read(IReadOnlyDictionary<string, string> values)
    {
        var general = Options.TaggerThreshold.Read(values);
        return new()
        {
            GeneralThreshold = (float)general,
            CharacterThreshold = (float)(Options.CharacterThreshold.Read(values) ?? general),
            RatingThreshold = (float)Options.RatingThreshold.Read(values),
            Order = Options.TagOrder.Read(values) == "score" ? TagOrder.Score : TagOrder.Model,
            UseRatingTags = Options.UseRatingTags.Read(values),
            UndesiredTags = TagList.Parse(Options.UndesiredTags.Read(values) ?? ""),
            AlwaysFirstTags = TagList.Parse(Options.AlwaysFirstTags.Read(values) ?? ""),
            TagReplacement =
            [
                .. Options.TagReplacement.Read(values).Pairs
                    .Select(pair => KeyValuePair.Create(Tag.Normalize(pair.Key), Tag.Normalize(pair.Value))),
            ],
        };
    }
}
