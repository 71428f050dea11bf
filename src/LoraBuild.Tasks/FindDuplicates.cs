using LoraBuild.Incremental.Steps;
using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Hashing;
using LoraBuild.Dataset.Pictures;
using LoraBuild.Tasks.Steps;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// FindDuplicates: warns about pictures that look like another one, and leaves them out where the author says so; warns about small
/// pictures.
/// </summary>
public sealed class FindDuplicates : LoraTask
{
    private const int StepVersion = 1;

    /// <summary>The largest distance of perceptual hashes, of 64 bits, that counts as alike.</summary>
    [Required]
    public int Distance { get; set; }

    /// <summary>True to keep, of pictures that look alike, only the one with the most pixels.</summary>
    [Required]
    public bool Drop { get; set; }

    /// <summary>Pictures with a shorter side, in pixels, are warned about.</summary>
    [Required]
    public int MinSize { get; set; }

    /// <summary>The list of sizes, hashes and likenesses to bring up to date.</summary>
    [Required]
    public string FactsFile { get; set; } = "";

    /// <inheritdoc/>
    protected override void Run()
    {
        var pictures = Session.Pictures;
        var key = new StepKey("FindDuplicates", StepVersion).With("distance", Distance.ToString(CultureInfo.InvariantCulture));
        foreach (var picture in pictures)
            key.With(picture.Id, picture.Content);
        new MemoizedStep(Session, "FindDuplicates", CancellationToken).Run(new StepOutput("facts", FactsFile, key.ToHash()), () =>
        {
            var facts = pictures.Select(picture => picture.Facts).ToList();
            new PictureLikenesses(facts, DuplicateFinder.Find(facts, Distance)).Write(FactsFile);
            return new StepResult("facts");
        });

        var duplicates = PictureLikenesses.ReadDuplicates(FactsFile);
        Warn(duplicates, pictures);
        var dropped = Drop ? duplicates.Select(pair => pair.Other).ToHashSet(StringComparer.Ordinal) : [];
        Session.Pictures = dropped.Count == 0 ? pictures : [.. pictures.Where(picture => !dropped.Contains(picture.Id))];
        if (dropped.Count > 0)
            Say(string.Create(CultureInfo.InvariantCulture, $"Duplicates: {dropped.Count} of {pictures.Count} pictures left out"));
    }

    private void Warn(IReadOnlyList<NearDuplicate> duplicates, IReadOnlyList<ProjectPicture> pictures)
    {
        var sources =
            duplicates.Count == 0 ? [] : pictures.ToDictionary(picture => picture.Id, StringComparer.Ordinal);
        foreach (var pair in duplicates)
        {
            var line =
                $"looks like {NameOf(sources[pair.Kept])}: their perceptual hashes differ in "
                + $"{pair.Distance.ToString(CultureInfo.InvariantCulture)} of 64 bits.";
            if (Drop)
                SayDetail($"{NameOf(sources[pair.Other])} {line} It is left out.");
            else
                Report(Warning(
                    DiagnosticCode.NearDuplicate,
                    $"The {(sources[pair.Other].Part is { } part ? $"part '{part}' of this picture" : "picture")} {line} Remove one, or "
                    + "set LoraDropDuplicates.",
                    sources[pair.Other].Source));
        }

        foreach (var (picture, source) in pictures.Select(picture => (picture.Facts, picture.Source))
            .Where(entry => Math.Min(entry.Facts.Width, entry.Facts.Height) < MinSize))
        {
            Report(Warning(
                DiagnosticCode.SmallPicture,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The picture has {picture.Width} x {picture.Height} pixels after its edits; LoraMinPictureSize is {MinSize}. Find a "
                    + $"larger one, or leave it out."),
                source));
        }
    }

    // Parts of one picture may look alike.
    private static string NameOf(ProjectPicture picture) =>
        picture.Part is { } part ? $"the part '{part}' of {picture.Source}" : picture.Source;

    private static Diagnostic Warning(string code, string message, string source) => new(code, Severity.Warning, message, source);
}
