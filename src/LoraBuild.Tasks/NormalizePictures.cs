using LoraBuild.Incremental.Steps;
using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Hashing;
using LoraBuild.Base.Threading;
using LoraBuild.Dataset.Edits;
using LoraBuild.Dataset.Pictures;
using LoraBuild.Protocol;
using LoraBuild.Settings;
using LoraBuild.Tasks.Steps;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// Normalize: any picture becomes a lossless PNG, upright, sRGB, 8 bit, transparency on white, with its edits applied. Pictures that
/// cannot be processed are errors; the others still are.
/// </summary>
public sealed class NormalizePictures : ModelTask
{
    private const int StepVersion = 6;

    private string? background;
    private IReadOnlyList<string> backgroundFiles = [];

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
        var engine = EngineVersions.Of(this).Images;
        var resolved = Session.Pictures.Concat(Session.RegularizationImages).ToList();
        background = BackgroundModel is not null && resolved.Exists(picture => NeedsModel(picture.Edits))
            ? Fetch(BackgroundModel.ItemSpec, BackgroundModel.GetMetadata("Sha256"), DiagnosticCode.TaggerMissing)
            : null;
        backgroundFiles = background is null ? [] : OnnxModelFiles.Of(Session, background);
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
        TellMasks(resolved);
        TellNothingToLearn([.. normalized[false], .. normalized[true]]);
        TellOpaque([.. normalized[false], .. normalized[true]]);
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
            key.With("background model", OnnxModelFiles.Hash(Session, backgroundFiles));
        if (mask is null)
            return key.ToHash();
        key.With("alpha mask", mask.FromAlpha ? "true" : "false");
        return (mask.File is null ? key : key.With("mask", mask.Sha256)).ToHash();
    }

    private PictureMask? MaskOf(ProjectPicture picture)
    {
        var file = MaskedLoss ? picture.Mask : null;
        if (file is not null)
            Session.Links.Require(file);
        return AlphaMask || file is not null
            ? new PictureMask(AlphaMask, file, file is null ? null : Session.State.HashInput(file).ToString())
            : null;
    }

    private void TellMasks(IReadOnlyList<ProjectPicture> resolved)
    {
        var masked =
            resolved.Where(picture => picture.Mask is not null).Select(picture => picture.Source).Distinct(StringComparer.Ordinal).ToList();
        if (masked.Count > 0 && !MaskedLoss)
        {
            Report(new Diagnostic(
                DiagnosticCode.UnusedMask,
                Severity.Warning,
                $"These pictures have masks, which have no effect without LoraMaskedLoss: {PictureEnumeration.Of(masked)}. Set it to true, "
                + "or remove the masks."));
        }
        else if (masked.Count == 0 && MaskedLoss)
        {
            Report(new Diagnostic(
                DiagnosticCode.UnusedMask,
                Severity.Warning,
                $"LoraMaskedLoss has no effect: no picture has a mask beside it, NAME{PictureMask.Extension}."));
        }

        var asking = resolved.Where(picture => picture.Edits.Any(edit => edit is BackgroundEdit { ByModel: true })).ToList();
        if (BackgroundModel is null && asking.Count > 0)
        {
            Report(new Diagnostic(
                DiagnosticCode.NoEffect,
                Severity.Warning,
                "'by: model' of the edit 'background' has no effect, because the project has no BackgroundModel: the colour of the border "
                + $"is filled instead. Name a model, or write 'by: flood' (edits {asking[0].EditsAt}). Pictures: "
                + $"{PictureEnumeration.Of([.. asking.Select(picture => picture.Source).Distinct(StringComparer.Ordinal)])}."));
        }

        if (BackgroundModel is not null && !resolved.Any(picture => NeedsModel(picture.Edits)))
        {
            Report(new Diagnostic(
                DiagnosticCode.NoEffect,
                Severity.Warning,
                $"The BackgroundModel '{BackgroundModel.ItemSpec}' has no effect: no picture has an edit 'background' that asks for it."));
        }
    }

    private void TellNothingToLearn(IReadOnlyList<ProjectPicture> normalized)
    {
        var empty = normalized.Where(picture => picture.Facts.LearnsNothing).ToList();
        foreach (var picture in empty)
        {
            Report(new Diagnostic(
                DiagnosticCode.NothingToLearn,
                Severity.Warning,
                (MaskedLoss && picture.Mask is not null
                    ? "The mask is black wherever the picture is opaque"
                    : "The picture is transparent everywhere")
                    + ": nothing of it is learnt. White and opaque is what is learnt.",
                MaskedLoss && picture.Mask is { } mask ? mask : picture.SourcePath));
        }

        if (empty.Count > 0 && Session.Pictures.All(picture => picture.Facts.LearnsNothing))
            throw new LoraBuildException(
                DiagnosticCode.NothingToLearn, "Masks leave nothing to learn of any picture. White is learnt, black is not.");
    }

    private void TellOpaque(IReadOnlyList<ProjectPicture> normalized)
    {
        if (AlphaMask && normalized.Count > 0 && normalized.All(picture => picture.Facts.LearnsAll))
        {
            Report(new Diagnostic(
                DiagnosticCode.UnusedMask,
                Severity.Warning,
                $"{Options.AlphaMask} has no effect: no picture is transparent anywhere after its edits. Take it away."));
        }
    }

    private void Make(IReadOnlyList<PictureToNormalize> missing, Action<StepResult> finished)
    {
        var known = backgroundFiles.ToDictionary(file => file, Session.State.HashInput, StringComparer.Ordinal);
        new WorkerProcess(this).Run(new NormalizeJob(missing, MaxPixels, background), "Normalize", Finish, CancellationToken);

        void Finish(FinishedEvent done)
        {
            foreach (var (file, content) in known)
                Session.EnsureUnchanged(file, content);
            finished(new StepResult(done.Id) { Facts = done.Facts });
        }
    }
}
