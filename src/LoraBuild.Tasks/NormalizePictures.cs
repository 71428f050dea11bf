using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Hashing;
using LoraBuild.Base.Threading;
using LoraBuild.Dataset.Edits;
using LoraBuild.Dataset.Pictures;
using LoraBuild.Protocol;
using LoraBuild.Tasks.Steps;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// Normalize: any picture becomes a lossless PNG, upright, sRGB, 8 bit, transparency on white, with its edits applied. Pictures that
/// cannot be processed are errors; the others still are.
/// </summary>
public sealed class NormalizePictures : ModelTask
{
    private const int StepVersion = 4;

    private string? background;

    /// <summary>The worker.</summary>
    [Required]
    public string WorkerAssembly { get; set; } = "";

    /// <summary>The largest picture that is decoded, in pixels.</summary>
    [Required]
    public long MaxPixels { get; set; }

    /// <summary>The segmentation model for edits of the background, a file or a URI, with <c>Sha256</c>; or none.</summary>
    public ITaskItem? BackgroundModel { get; set; }

    /// <summary>True if the training's loss counts only what of a picture is opaque.</summary>
    public bool AlphaMask { get; set; }

    /// <summary>True if the training's loss counts only what the mask beside a picture shows white.</summary>
    public bool MaskedLoss { get; set; }

    /// <summary>The folder for the PNGs.</summary>
    [Required]
    public string Folder { get; set; } = "";

    /// <summary>True if every picture was normalized.</summary>
    [Output]
    public bool Complete { get; set; }

    /// <inheritdoc/>
    protected override bool GoesOnAfterErrors => true;

    /// <inheritdoc/>
    protected override void Run()
    {
        var engine = EngineVersions.Of(this, WorkerAssembly).Images;
        var resolved = Session.Pictures.Concat(Session.RegularizationImages).ToList();
        background = BackgroundModel is not null && resolved.Exists(picture => NeedsModel(picture.Edits))
            ? Fetch(BackgroundModel.ItemSpec, BackgroundModel.GetMetadata("Sha256"), DiagnosticCode.TaggerMissing)
            : null;
        var places = Enumerable.Range(0, resolved.Count).ToList();
        // What is known of the files here is what the keys are made of, and all that the worker may take.
        var inputs = new (ContentHash Source, PictureMask? Mask)[resolved.Count];
        var outputs = places.SelectInParallel(
            i =>
            {
                var (picture, source, mask) = (resolved[i], Session.State.HashInput(resolved[i].SourcePath), MaskOf(resolved[i]));
                inputs[i] = (source, mask);
                return new StepOutput(
                    picture.Id, Path.Combine(Folder, picture.Id + ".png"), Key(picture, source, mask, engine)) { HasFacts = true };
            },
            CancellationToken);
        var tally = new MemoizedStep(Session, "Normalize", CancellationToken).Run(outputs, (missing, finished) =>
        {
            var ids = missing.Select(output => output.Id).ToHashSet(StringComparer.Ordinal);
            Make([.. places.Where(i => ids.Contains(resolved[i].Id)).Select(i => ToNormalize(
                resolved[i], outputs[i], inputs[i].Source, inputs[i].Mask))], finished);
        });

        Session.Sweep(Folder);
        var normalized = places.SelectInParallel(i => Normalized(resolved[i], outputs[i]), CancellationToken).OfType<ProjectPicture>()
            .ToLookup(picture => picture.Class is not null);
        Session.Pictures = [.. normalized[false]];
        Session.RegularizationImages = [.. normalized[true]];
        Complete = tally.Failed == 0;
        Say(tally.Describe("Normalize"));
    }

    private static bool NeedsModel(IReadOnlyList<Edit> edits) => edits.Any(edit => edit is BackgroundEdit { ByFlood: false });

    // Null where it could not be normalized.
    private ProjectPicture? Normalized(ProjectPicture picture, StepOutput output) =>
        Session.State.IsSeen(output.Files![0]) && Session.State.FindFacts(output.Key) is { } facts
            ? picture with
            {
                File = output.Files[0],
                Content = Session.State.HashInput(output.Files[0]),
                Facts = PictureFacts.Of(picture.Id, facts),
            }
            : null;

    private static PictureToNormalize ToNormalize(ProjectPicture picture, StepOutput output, ContentHash source, PictureMask? mask) =>
        new(picture.Id, picture.SourcePath, output.Files![0], picture.Edits, mask, source.ToString(), picture.EditsAt);

    private ContentHash Key(ProjectPicture picture, ContentHash source, PictureMask? mask, string engine)
    {
        var key = new StepKey("Normalize", StepVersion)
            .With("engine", engine)
            .With("max pixels", MaxPixels.ToString(CultureInfo.InvariantCulture))
            .With("edits", picture.EditsText)
            .With("source", source);
        if (background is not null && NeedsModel(picture.Edits))
            key.With("background model", Session.State.HashInput(background));
        if (mask is null)
            return key.ToHash();
        key.With("alpha mask", mask.FromAlpha ? "true" : "false");
        return (mask.File is null ? key : key.With("mask", mask.Sha256)).ToHash();
    }

    private PictureMask? MaskOf(ProjectPicture picture)
    {
        if (!MaskedLoss)
            return AlphaMask ? new PictureMask(AlphaMask, null, null) : null;
        var file = PictureMask.FileOf(picture.SourcePath);
        var exists = File.Exists(file);
        if (!exists)
            Session.State.NoteAbsent(file);
        return AlphaMask || exists
            ? new PictureMask(AlphaMask, exists ? file : null, exists ? Session.State.HashInput(file).ToString() : null)
            : null;
    }

    private void Make(IReadOnlyList<PictureToNormalize> missing, Action<StepResult> finished)
    {
        var model = background is null ? (ContentHash?)null : Session.State.HashInput(background);
        new WorkerProcess(WorkerAssembly, this)
            .Run(new NormalizeJob(missing, MaxPixels, background), "Normalize", Finish, CancellationToken);

        void Finish(FinishedEvent done)
        {
            if (model is { } known)
                Session.EnsureUnchanged(background!, known);
            finished(new StepResult(done.Id) { Facts = done.Facts });
        }
    }
}
