namespace LoraBuild.Dataset.Outfits;

/// <summary>Everything known of a picture when its outfit is aligned.</summary>
/// <param name="Tags">All its tags before StripFeatures and Dedupe, with the author's corrections, in prompt form.</param>
/// <param name="Scores">The tagger's scores (0..1) by tag in prompt form, or null where the tags come from a tag file. Labels that score
/// less than <see cref="AlignmentOptions.EvidenceThreshold"/> may be left out.</param>
public sealed record PictureEvidence(IReadOnlyList<string> Tags, IReadOnlyDictionary<string, float>? Scores = null);
