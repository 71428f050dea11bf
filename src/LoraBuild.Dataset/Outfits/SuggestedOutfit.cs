using System.Text;
using LoraBuild.Base.Yaml;
using LoraBuild.Dataset.Pictures;

namespace LoraBuild.Dataset.Outfits;

/// <summary>Clothes that some pictures have in common.</summary>
/// <param name="Name">A tag that tells it from the others.</param>
/// <param name="When">Few tags that most of its pictures have and hardly any other; may be empty.</param>
/// <param name="Tags">The tags that belong to it, the most often seen first.</param>
/// <param name="Pictures">Ids of the pictures.</param>
/// <param name="Unsure">Garments that the pictures call by several colours, such as <c>black vest or brown vest</c>; the first is in
/// <paramref name="Tags"/>.</param>
public sealed record SuggestedOutfit(
    string Name, IReadOnlyList<string> When, IReadOnlyList<string> Tags, IReadOnlyList<string> Pictures, IReadOnlyList<string> Unsure)
{
    /// <summary>Suggestions as the <c>outfits:</c> of a character.yaml, for the author to paste and mend.</summary>
    public static string ToYaml(IReadOnlyList<SuggestedOutfit> outfits)
    {
        var text = new StringBuilder("outfits:\n");
        foreach (var outfit in outfits)
        {
            text.Append(
                $"  {YamlText.Comment($"{outfit.Pictures.Count} pictures: {PictureEnumeration.Of(outfit.Pictures)}")}\n  "
                + $"{YamlText.Scalar(outfit.Name)}:\n");
            if (outfit.When.Count > 0) text.Append($"    when: {{any: {List(outfit.When)}}}\n");
            if (outfit.Unsure.Count > 0)
                text.Append($"    {YamlText.Comment($"the tagger is of two minds: {string.Join("; ", outfit.Unsure)}")}\n");
            text.Append($"    tags: {List(outfit.Tags)}\n");
        }

        return text.ToString();

        static string List(IReadOnlyList<string> tags) => $"[{string.Join(", ", tags.Select(YamlText.Scalar))}]";
    }
}
