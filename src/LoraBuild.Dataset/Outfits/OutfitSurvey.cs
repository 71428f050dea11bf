using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Outfits;

/// <summary>A picture after AlignOutfits, as far as it tells which entries had an effect.</summary>
/// <param name="Outfit">The name of its outfit, or null.</param>
/// <param name="Raw">Its tags before all steps.</param>
/// <param name="Tags">Its final tags.</param>
/// <param name="Hidden">The tags that the author says it does not show.</param>
public sealed record AlignedPicture(string? Outfit, IReadOnlyList<string> Raw, IReadOnlyList<string> Tags, IReadOnlyList<string> Hidden);

/// <summary>Finds outfits, parts of outfits and hidden tags that changed nothing about a character's pictures.</summary>
public static class OutfitSurvey
{
    /// <summary>A warning for each.</summary>
    /// <param name="character">The character.</param>
    /// <param name="implications">The table by which a tag says others.</param>
    /// <param name="pictures">Her pictures.</param>
    public static IEnumerable<Diagnostic> Unused(Character character, ImplicationTable implications, IReadOnlyList<AlignedPicture> pictures)
    {
        if (pictures.Count == 0)
            yield break;
        var said = new Lazy<List<SaidTags>>(() => [.. pictures.Select(picture => new SaidTags(picture.Raw, implications))]);
        var worn = pictures.Where(picture => picture.Outfit is not null).ToLookup(picture => picture.Outfit!, Tag.Comparer);
        foreach (var outfit in character.Outfits)
        {
            if (!worn.Contains(outfit.Name))
            {
                yield return new Diagnostic(
                    DiagnosticCode.NoEffect,
                    Severity.Warning,
                    $"The outfit '{outfit.Name}' has no effect: no picture shows it, by metadata, folder, its 'when' or its tags. Correct "
                    + "its 'when', or remove it.",
                    character.File,
                    outfit.Line,
                    outfit.Column);
                continue;
            }

            foreach (var unmet in UnmetConditions(character, outfit, said))
                yield return unmet;
            var named = worn[outfit.Name].SelectMany(picture => picture.Tags).ToHashSet(Tag.Comparer);
            foreach (var tag in outfit.Tags
                .Where(tag => !named.Contains(tag) && !outfit.Tags.Any(other => implications.Implies(other, tag))))
            {
                yield return character.WithoutEffect(
                    $"outfits.{outfit.Name}.tags", tag, "no picture of the outfit shows it, as far as tags, scores and framing tell. "
                    + "Correct its spelling, set LoraUndecided to keep, or remove it.");
            }
        }

        foreach (var hidden in pictures.SelectMany(picture => picture.Hidden).Distinct(Tag.Comparer))
        {
            var isEffective = pictures.Any(picture => picture.Hidden.Contains(hidden, Tag.Comparer)
                && (picture.Raw.Any(Says)
                    || character.Outfits.Any(outfit => Tag.Comparer.Equals(outfit.Name, picture.Outfit) && outfit.Tags.Any(Says))));
            if (!isEffective)
                yield return character.WithoutEffect(
                    "hidden", hidden,
                    "neither the pictures that it is said of nor their outfits have this tag. Correct its spelling, or remove it.");

            bool Says(string tag) => Tag.Comparer.Equals(tag, hidden) || implications.Implies(tag, hidden);
        }
    }

    // Of an outfit that pictures show all the same, by metadata, folder or garments.
    private static IEnumerable<Diagnostic> UnmetConditions(Character character, Outfit outfit, Lazy<List<SaidTags>> pictures)
    {
        if (outfit.When is not { } when)
            yield break;
        var unknown = when.Any.Concat(when.All).Distinct(Tag.Comparer)
            .Where(tag => !pictures.Value.Exists(said => said.Contains(tag))).ToList();
        foreach (var tag in unknown)
        {
            yield return character.WithoutEffect(
                $"outfits.{outfit.Name}.when", tag, "no picture has this tag, or one that says it. Correct its spelling, or remove it.");
        }

        if (unknown.Count == 0 && !pictures.Value.Exists(said => when.IsMet(said.Contains)))
        {
            yield return new Diagnostic(
                DiagnosticCode.NoEffect,
                Severity.Warning,
                $"The 'when' of the outfit '{outfit.Name}' has no effect: it holds for no picture, as none has these tags together.",
                character.File,
                outfit.Line,
                outfit.Column);
        }
    }
}
