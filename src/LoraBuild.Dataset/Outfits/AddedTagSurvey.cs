using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Features;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Outfits;

/// <summary>Finds tags that are added under <c>tags:</c> and that the pictures' captions would have without it.</summary>
public static class AddedTagSurvey
{
    /// <summary>
    /// A warning for each tag that is to be added and that all pictures of its entry have anyway, to their captions' end: no rule takes it
    /// away.
    /// </summary>
    /// <param name="character">The character.</param>
    /// <param name="implications">The table by which a tag says others.</param>
    /// <param name="pictures">As of <see cref="TagEditSurvey.Unused"/>.</param>
    public static IEnumerable<Diagnostic> Superfluous(
        Character character, ImplicationTable implications, IReadOnlyList<(IReadOnlyList<TagEdit> Edits, PictureTags Tags)> pictures)
    {
        var corrected = TagEditSurvey.ByEdit(pictures);
        if (corrected.Count == 0)
            yield break;
        var stripper = new FeatureStripper(character);
        foreach (var (what, pattern, edit) in TagEditSurvey.Entries(character))
        {
            var own = corrected[edit].ToList();
            foreach (var tag in own.Count == 0 ? [] : edit.Add.Where(tag => !edit.Remove.Contains(tag, Tag.Comparer)))
            {
                if (own.All(tags => !TagEditSurvey.Changed(tags, tag, TagChangeKind.Added) && tags.IsPinned(tag)) && !MayGo(tag))
                {
                    yield return TagEditSurvey.Told(
                        character, what, pattern, $"all pictures that it is said of have the tag '{tag}', which it adds, anyway",
                        "Remove it.");
                }
            }

            // Of a tag that a rule would take away, the author's word is that it stays.
            bool MayGo(string tag) => stripper.Reason(tag) is not null || GarmentTable.Default.Find(Tag.Unweighted(tag)) is not null
                || own.Exists(tags => tags.Tags.Any(other => !Tag.Comparer.Equals(other, tag) && implications.Implies(other, tag)));
        }
    }
}
