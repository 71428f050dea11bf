using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Characters;

/// <summary>Finds corrections under <c>tags:</c> that changed nothing about a character's pictures.</summary>
public static class TagEditSurvey
{
    /// <summary>A warning for each tag that is to be removed or replaced and that no picture of its entry has.</summary>
    /// <param name="character">The character.</param>
    /// <param name="pictures">Her pictures that have corrections: these, and the tags after them with their changes.</param>
    public static IEnumerable<Diagnostic> Unused(
        Character character, IReadOnlyList<(IReadOnlyList<TagEdit> Edits, PictureTags Tags)> pictures)
    {
        // Whatever an outfit would add, a removal keeps away.
        var parts = character.Outfits.SelectMany(outfit => outfit.Tags).ToHashSet(Tag.Comparer);
        foreach (var (pattern, edit) in character.Tags)
        {
            var own = pictures.Where(picture => picture.Edits.Any(other => ReferenceEquals(other, edit))).ToList();
            if (own.Count == 0)
                continue;
            if (edit.Add.Count + edit.Remove.Count + edit.Replace.Count == 0)
                yield return Warning("it neither adds nor removes nor replaces a tag");
            foreach (var tag in edit.Remove
                .Where(tag => !parts.Contains(tag) && !own.Exists(picture => Changed(picture.Tags, tag, TagChangeKind.Removed))))
                yield return Warning($"no picture that it is said of has the tag '{tag}', which it removes");
            foreach (var tag in edit.Replace.Keys.Where(tag => !own.Exists(picture => Changed(picture.Tags, tag, TagChangeKind.Replaced))))
                yield return Warning($"no picture that it is said of has the tag '{tag}', which it replaces");

            Diagnostic Warning(string reason) => Told(character, pattern, reason, "Correct its spelling, or remove it.");
        }
    }

    /// <summary>A warning about an entry of <c>tags:</c>, at its place.</summary>
    internal static Diagnostic Told(Character character, PicturePattern pattern, string reason, string advice) => new(
        DiagnosticCode.NoEffect,
        Severity.Warning,
        $"The entry '{pattern.Text}' of tags has no effect, or a part of it: {reason}. {advice}",
        character.File,
        pattern.Line,
        pattern.Column);

    /// <summary>True if an entry changed a tag of a picture so.</summary>
    internal static bool Changed(PictureTags tags, string tag, TagChangeKind kind) =>
        tags.Changes.Any(change => change.Kind == kind && Tag.Comparer.Equals(Tag.Unweighted(change.Tag), Tag.Unweighted(tag))
            && change.Reason.EndsWith("by hand", StringComparison.Ordinal));
}
