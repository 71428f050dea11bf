using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Ledgers;
using LoraBuild.Dataset.Manifest;
using LoraBuild.Dataset.Pictures;
using LoraBuild.Dataset.Tags;
using LoraBuild.Settings;

namespace LoraBuild.Pages.Report;

/// <summary>Everything that a report is made of.</summary>
/// <param name="Title">The project's name.</param>
/// <param name="Characters">The project's characters.</param>
/// <param name="CharacterOf">The trigger word of each picture's character, by id.</param>
/// <param name="Manifest">The finished dataset.</param>
/// <param name="Settings">The training's settings.</param>
/// <param name="Implications">The tags that other tags imply.</param>
/// <param name="FeatureFrequency">The least share of a character's pictures in which a feature is stripped.</param>
/// <param name="Tagged">Raw tags by id, with corrections by hand.</param>
/// <param name="Stripped">The tags after StripFeatures.</param>
/// <param name="Deduped">The tags after Dedupe.</param>
/// <param name="Aligned">The tags after AlignOutfits.</param>
/// <param name="Duplicates">Pictures that look alike.</param>
/// <param name="MinPictureSize">Pictures with a shorter side, in pixels, are warned about.</param>
public sealed record ReportSource(
    string Title,
    IReadOnlyList<Character> Characters,
    IReadOnlyDictionary<string, string> CharacterOf,
    DatasetManifest Manifest,
    TrainingSettings Settings,
    ImplicationTable Implications,
    double FeatureFrequency,
    TagLedger Tagged,
    TagLedger Stripped,
    TagLedger Deduped,
    TagLedger Aligned,
    IReadOnlyList<NearDuplicate> Duplicates,
    int MinPictureSize);
