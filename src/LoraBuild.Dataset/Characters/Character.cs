using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Characters;

/// <summary>A character, as character.yaml describes her. Tags are in prompt form; the order of the file is kept everywhere.</summary>
/// <param name="File">The file it was read from, for diagnostics.</param>
/// <param name="Trigger">The trigger word, first tag of every caption.</param>
/// <param name="Aliases">Names that a tagger may give her: folded into the trigger.</param>
/// <param name="Features">The rules for tags that say who she is, and are left to the trigger word.</param>
/// <param name="Outfits">Her outfits.</param>
/// <param name="Edits">Changes to pictures.</param>
/// <param name="Tags">Corrections of pictures' tags.</param>
/// <param name="Hidden">Parts of outfits that pictures do not show.</param>
public sealed record Character(
    string File,
    string Trigger,
    IReadOnlyList<string> Aliases,
    FeatureRules Features,
    IReadOnlyList<Outfit> Outfits,
    IReadOnlyList<PictureEdits> Edits,
    IReadOnlyList<PictureTagEdit> Tags,
    IReadOnlyList<PictureHidden> Hidden)
{
    /// <summary>A character of whom nothing but her trigger word is known.</summary>
    public static Character Named(string trigger) => new("", trigger, [], FeatureRules.Default, [], [], [], []);

    /// <summary>The places of tags and patterns in the file, 1-based line and column, by key (<c>features.keep</c>) and text.</summary>
    public IReadOnlyDictionary<(string Key, string Text), (int Line, int Column)> Places { get; init; } =
        new Dictionary<(string Key, string Text), (int Line, int Column)>();

    /// <summary>Her trigger word and those of her outfits: names, which say nothing about what a picture shows.</summary>
    public IEnumerable<string> TriggerWords => Outfits.Select(outfit => outfit.Trigger).OfType<string>().Prepend(Trigger);

    /// <summary>A warning for each part of her outfits that brackets weigh, for captions in which they are text.</summary>
    public IEnumerable<Diagnostic> WeightedParts() =>
        from outfit in Outfits
        from tag in outfit.Tags
        where Tag.IsWeighted(tag)
        let place = Places.GetValueOrDefault(($"outfits.{outfit.Name}.tags", tag))
        select new Diagnostic(
            DiagnosticCode.WeightsNotSet,
            Severity.Warning,
            $"Brackets weigh '{tag}' of the outfit '{outfit.Name}', and LoraWeightedCaptions is not set: brackets and numbers would be "
            + "learnt as text. Set it to true, or remove them.",
            File,
            place.Line,
            place.Column);

    /// <summary>A warning that an entry has no effect, at its place where that is known.</summary>
    /// <param name="key">The key that the entry stands under, such as <c>features.keep</c>.</param>
    /// <param name="text">The entry.</param>
    /// <param name="message">The reason, and what to do.</param>
    public Diagnostic WithoutEffect(string key, string text, string message)
    {
        var (line, column) = Places.GetValueOrDefault((key, text));
        return new Diagnostic(
            DiagnosticCode.NoEffect, Severity.Warning, $"'{text}' under {key} has no effect: {message}", File, line, column);
    }
}
