using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Hashing;
using LoraBuild.Base.Threading;
using LoraBuild.Dataset.Pictures;
using LoraBuild.Tasks.Items;
using LoraBuild.Tasks.Steps;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// Warns about pictures that look like another one, and leaves them out where the author says so; warns about small pictures. The
/// perceptual hashes lie in the headers of the normalized pictures.
/// </summary>
public sealed class FindDuplicates : LoraTask
{
    private const int StepVersion = 1;

    /// <summary>Items of <see cref="NormalizePictures"/>.</summary>
    [Required]
    public ITaskItem[] Pictures { get; set; } = [];

    /// <summary>The largest distance of perceptual hashes, of 64 bits, that counts as alike.</summary>
    [Required]
    public int Distance { get; set; }

    /// <summary>Whether of pictures that look alike only the one with the most pixels stays.</summary>
    [Required]
    public bool Drop { get; set; }

    /// <summary>Pictures with a shorter side, in pixels, are warned about.</summary>
    [Required]
    public int MinSize { get; set; }

    /// <summary>The list of sizes, hashes and likenesses to bring up to date.</summary>
    [Required]
    public string FactsFile { get; set; } = "";

    /// <summary>The pictures that stay.</summary>
    [Output]
    public ITaskItem[] KeptPictures { get; set; } = [];

    /// <inheritdoc/>
    protected override void Run()
    {
        var key = new StepKey("FindDuplicates", StepVersion).With("distance", Distance.ToString(CultureInfo.InvariantCulture));
        foreach (var picture in Pictures)
            key.With(picture.Id(), Session.State.HashInput(picture.ItemSpec));
        new MemoizedStep(Session, "FindDuplicates", CancellationToken).Run([new StepOutput("facts", FactsFile, key.ToHash())], (_, finished) =>
        {
            var facts = Pictures.SelectInParallel(FactsOf, CancellationToken);
            new PictureLikenesses(facts, DuplicateFinder.Find(facts, Distance)).Write(FactsFile);
            finished("facts");
        });

        var found = PictureLikenesses.Read(FactsFile);
        var sources = Pictures.ToDictionary(picture => picture.Id(), picture => picture.GetMetadata(PictureMetadata.Source), StringComparer.Ordinal);
        Warn(found, sources);
        var dropped = Drop ? found.Duplicates.Select(pair => pair.Other).ToHashSet(StringComparer.Ordinal) : [];
        KeptPictures = [.. Pictures.Where(picture => !dropped.Contains(picture.Id()))];
        if (dropped.Count > 0)
            Say(string.Create(CultureInfo.InvariantCulture, $"Duplicates: {dropped.Count} of {Pictures.Length} pictures left out"));
    }

    private static PictureFacts FactsOf(ITaskItem picture)
    {
        var (size, hash) = PngHeader.ReadFacts(picture.ItemSpec);
        return new PictureFacts(picture.Id(), size.Width, size.Height, hash.ToString());
    }

    private void Warn(PictureLikenesses found, Dictionary<string, string> sources)
    {
        foreach (var pair in found.Duplicates)
        {
            var line = $"looks like {sources[pair.Kept]}: their perceptual hashes differ in {pair.Distance.ToString(CultureInfo.InvariantCulture)} of 64 bits.";
            if (Drop)
                SayDetail($"{sources[pair.Other]} {line} It is left out.");
            else
                Report(Warning(DiagnosticCode.NearDuplicate, $"The picture {line} Remove one, or set LoraDropDuplicates.", sources[pair.Other]));
        }

        foreach (var picture in found.Pictures.Where(picture => Math.Min(picture.Width, picture.Height) < MinSize))
        {
            Report(Warning(
                DiagnosticCode.SmallPicture,
                string.Create(CultureInfo.InvariantCulture, $"The picture has {picture.Width} x {picture.Height} pixels after its edits; LoraMinPictureSize is {MinSize}. Find a larger one, or leave it out."),
                sources[picture.Id]));
        }
    }

    private static Diagnostic Warning(string code, string message, string source) => new(code, Severity.Warning, message, source);
}
