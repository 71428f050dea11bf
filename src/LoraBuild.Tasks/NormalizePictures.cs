using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Hashing;
using LoraBuild.Base.Threading;
using LoraBuild.Dataset.Edits;
using LoraBuild.Protocol;
using LoraBuild.Tasks.Items;
using LoraBuild.Tasks.Steps;
using LoraBuild.Tasks.Worker;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// Normalize: any picture becomes a lossless PNG, upright, sRGB, 8 bit, transparency on white, with its edits applied. Pictures that
/// cannot be processed are errors; the others still are.
/// </summary>
public sealed class NormalizePictures : ModelTask
{
    private const int StepVersion = 2;

    private string? background;

    /// <summary>The worker.</summary>
    [Required]
    public string WorkerAssembly { get; set; } = "";

    /// <summary>Items of <see cref="ResolveCharacters"/>.</summary>
    [Required]
    public ITaskItem[] Pictures { get; set; } = [];

    /// <summary>The largest picture that is decoded, in pixels.</summary>
    [Required]
    public long MaxPixels { get; set; }

    /// <summary>The segmentation model for edits of the background, a file or a URI, with <c>Sha256</c>; or none.</summary>
    public ITaskItem? BackgroundModel { get; set; }

    /// <summary>Whether the training's loss counts only what of a picture is opaque.</summary>
    public bool AlphaMask { get; set; }

    /// <summary>Whether the training's loss counts only what the mask beside a picture shows white.</summary>
    public bool MaskedLoss { get; set; }

    /// <summary>The folder for the PNGs.</summary>
    [Required]
    public string Folder { get; set; } = "";

    /// <summary>The PNGs that are there now, with the metadata of the pictures they came from.</summary>
    [Output]
    public ITaskItem[] NormalizedPictures { get; set; } = [];

    /// <summary>Whether every picture was normalized.</summary>
    [Output]
    public bool Complete { get; set; }

    /// <inheritdoc/>
    protected override bool GoesOnAfterErrors => true;

    /// <inheritdoc/>
    protected override void Run()
    {
        var engine = EngineVersions.Of(Session, WorkerAssembly, this, CancellationToken).Images;
        var wanted = Pictures.SelectInParallel(Describe, CancellationToken).ToDictionary(picture => picture.Id, StringComparer.Ordinal);
        background = BackgroundModel is not null && wanted.Values.Any(picture => NeedsModel(picture.Edits))
            ? Fetch(BackgroundModel.ItemSpec, BackgroundModel.GetMetadata("Sha256"), DiagnosticCode.TaggerMissing)
            : null;
        var outputs = Pictures.Select(picture => new StepOutput(picture.Id(), PathOf(picture), Key(picture, wanted[picture.Id()], engine))).ToList();
        var tally = new MemoizedStep(Session, "Normalize", CancellationToken).Run(
            outputs, (missing, finished) => Make([.. missing.Select(output => wanted[output.Id])], finished));

        Session.Sweep(Folder, Session.State.IsSeen);
        NormalizedPictures = [.. Pictures.Where(picture => Session.State.IsSeen(PathOf(picture))).Select(picture => picture.At(PathOf(picture)))];
        Complete = tally.Failed == 0;
        Say(tally.Describe("Normalize"));
    }

    private string PathOf(ITaskItem picture) => Path.Combine(Folder, picture.Id() + ".png");

    private static IReadOnlyList<Edit> EditsOf(ITaskItem picture) =>
        PictureItem.ListOf(picture, PictureMetadata.Edits, types => types.IReadOnlyListEdit);

    private static bool NeedsModel(IReadOnlyList<Edit> edits) => edits.Any(edit => edit is BackgroundEdit { ByFlood: false });

    // What is known of the files here is what the key is made of, and all that the worker may take.
    private PictureToNormalize Describe(ITaskItem picture) => new(
        picture.Id(),
        picture.GetMetadata("FullPath"),
        PathOf(picture),
        EditsOf(picture),
        MaskOf(picture),
        Session.State.HashInput(picture.GetMetadata("FullPath")).ToString(),
        picture.GetMetadata(PictureMetadata.EditsAt) is { Length: > 0 } place ? place : null);

    private ContentHash Key(ITaskItem picture, PictureToNormalize wanted, string engine)
    {
        var key = new StepKey("Normalize", StepVersion)
            .With("engine", engine)
            .With("max pixels", MaxPixels.ToString(CultureInfo.InvariantCulture))
            .With("edits", picture.GetMetadata(PictureMetadata.Edits))
            .With("source", wanted.Sha256);
        if (background is not null && NeedsModel(wanted.Edits))
            key.With("background model", Session.State.HashInput(background));
        if (wanted.Mask is not { } mask)
            return key.ToHash();
        key.With("alpha mask", mask.FromAlpha ? "true" : "false");
        return (mask.File is null ? key : key.With("mask", mask.Sha256)).ToHash();
    }

    private PictureMask? MaskOf(ITaskItem picture)
    {
        var file = PictureMask.FileOf(picture.GetMetadata("FullPath"));
        var exists = MaskedLoss && File.Exists(file);
        if (MaskedLoss && !exists)
            Session.State.NoteAbsent(file);
        return AlphaMask || exists ? new PictureMask(AlphaMask, exists ? file : null, exists ? Session.State.HashInput(file).ToString() : null) : null;
    }

    private void Make(IReadOnlyList<PictureToNormalize> missing, Action<string> finished)
    {
        var model = background is null ? (ContentHash?)null : Session.State.HashInput(background);
        new WorkerProcess(WorkerAssembly, this).Run(new NormalizeJob(missing, MaxPixels, background), "Normalize", Finish, CancellationToken);

        void Finish(FinishedEvent done)
        {
            if (model is { } known)
                Session.EnsureUnchanged(background!, known);
            finished(done.Id);
        }
    }
}
