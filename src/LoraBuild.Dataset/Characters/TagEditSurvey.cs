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
        var corrected = ByEdit(pictures);
        foreach (var (what, pattern, edit) in Entries(character))
        {
            var own = corrected[edit].ToList();
            if (own.Count == 0)
                continue;
            if (edit.Add.Count + edit.Remove.Count + edit.Replace.Count == 0)
                yield return Warning("it neither adds nor removes nor replaces a tag");
            foreach (var tag in edit.Remove
                .Where(tag => !parts.Contains(tag) && !own.Exists(picture => Changed(picture, tag, TagChangeKind.Removed))))
                yield return Warning($"no picture that it is said of has the tag '{tag}', which it removes");
            foreach (var tag in edit.Replace.Keys.Where(tag => !own.Exists(picture => Changed(picture, tag, TagChangeKind.Replaced))))
                yield return Warning($"no picture that it is said of has the tag '{tag}', which it replaces");

            Diagnostic Warning(string reason) => Told(character, what, pattern, reason, "Correct its spelling, or remove it.");
        }
    }

    /// <summary>The corrections of a character file, those of parts of splits too: their names in messages, and their pictures.</summary>
    internal static IEnumerable<(string What, PicturePattern Pictures, TagEdit Edit)> Entries(Character character) =>
        character.Tags.Select(entry => ($"The entry '{entry.Pictures.Text}' of tags", entry.Pictures, entry.Edit)).Concat(
            from entry in character.Edits
            from split in entry.Steps.OfType<SplitStep>()
            from part in split.Parts
            where part.Tags is not null
            select ($"'tags' of the part '{part.Name}' of '{entry.Pictures.Text}'", entry.Pictures, part.Tags));

    /// <summary>Pictures by the corrections that they have.</summary>
    internal static ILookup<TagEdit, PictureTags> ByEdit(
        IReadOnlyList<(IReadOnlyList<TagEdit> Edits, PictureTags Tags)> pictures) =>
        pictures.SelectMany(picture => picture.Edits, (picture, edit) => (picture.Tags, edit))
            .ToLookup(entry => entry.edit, entry => entry.Tags, (IEqualityComparer<TagEdit>)ReferenceEqualityComparer.Instance);

    /// <summary>A warning about one of <see cref="Entries"/>, at its place.</summary>
    internal static Diagnostic Told(Character character, string what, PicturePattern pattern, string reason, string advice) => new(
        DiagnosticCode.NoEffect,
        Severity.Warning,
        $"{what} has no effect, or a part of it: {reason}. {advice}",
        character.File,
        pattern.Line,
        pattern.Column);

    /// <summary>True if an entry changed a tag of a picture so.</summary>
    internal static bool Changed(PictureTags tags, string tag, TagChangeKind kind) =>
        tags.Changes.Any(change => change.Kind == kind && Tag.Comparer.Equals(Tag.Unweighted(change.Tag), Tag.Unweighted(tag))
            && change.Reason.EndsWith("by hand", StringComparison.Ordinal));
}
