namespace LoraBuild.Tagging;

/// <summary>What a label speaks of; the values are those of <c>selected_tags.csv</c>.</summary>
public enum LabelCategory
{
    /// <summary>What the picture shows.</summary>
    General = 0,

    /// <summary>Who is in it.</summary>
    Character = 4,

    /// <summary>general, sensitive, questionable, explicit: exactly one holds, and none is a tag.</summary>
    Rating = 9,
}
