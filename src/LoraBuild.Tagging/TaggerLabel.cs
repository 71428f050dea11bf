namespace LoraBuild.Tagging;

/// <summary>One output of a tagger.</summary>
/// <param name="Name">As <c>selected_tags.csv</c> writes it, with underscores.</param>
/// <param name="Category">What it speaks of.</param>
public sealed record TaggerLabel(string Name, LabelCategory Category)
{
    /// <summary>The label in prompt form: <c>hatsune_miku_(append)</c> is <c>hatsune miku \(append\)</c>.</summary>
    public string Tag { get; } = Dataset.Tags.Tag.Normalize(Name);
}
