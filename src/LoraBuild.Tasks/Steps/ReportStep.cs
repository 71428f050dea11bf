using System.Globalization;
using System.Text.Json;
using LoraBuild.Base.Files;
using LoraBuild.Base.Hashing;
using LoraBuild.Dataset.Manifest;
using LoraBuild.Dataset.Pictures;
using LoraBuild.Dataset.Tables;
using LoraBuild.Incremental.Steps;
using LoraBuild.Pages.Report;
using LoraBuild.Protocol.Logging;
using LoraBuild.Protocol.Previews;
using LoraBuild.Settings;

namespace LoraBuild.Tasks.Steps;

/// <summary>The report of a build: its page is written before the training, and once more for what came of it.</summary>
internal sealed record ReportStep
{
    private const int Version = 2;

    /// <summary>The project's name.</summary>
    public required string Title { get; init; }

    /// <summary>The page.</summary>
    public required string Page { get; init; }

    /// <summary>The folder for thumbnails, of this step alone.</summary>
    public required string ThumbnailFolder { get; init; }

    /// <summary>The dataset folder.</summary>
    public required string DatasetFolder { get; init; }

    /// <summary>The ledgers of Tag, StripFeatures, Dedupe and AlignOutfits.</summary>
    public required IReadOnlyList<string> Ledgers { get; init; }

    /// <summary>The file of what FindDuplicates found.</summary>
    public required string LikenessesFile { get; init; }

    /// <summary>Pictures with a shorter side, in pixels, are warned about.</summary>
    public required int MinPictureSize { get; init; }

    /// <summary>The least share of a character's pictures in which a feature is stripped.</summary>
    public required double FeatureFrequency { get; init; }

    /// <summary>The project's implications.</summary>
    public required OwnImplications Implications { get; init; }

    /// <summary>The settings of the training.</summary>
    public required TrainingSettings Settings { get; init; }

    /// <summary>The log that a finished training leaves; it need not be there.</summary>
    public required string TrainingLogFile { get; init; }

    /// <summary>The folder of the training's previews; it need not be there.</summary>
    public required string SampleFolder { get; init; }

    private string DatasetPath => Path.Combine(DatasetFolder, DatasetFile.Name);

    /// <summary>
    /// Brings the page up to date. It shows the training of an earlier build where nothing has changed, else one that this build finished.
    /// </summary>
    /// <param name="host">The build, with its pictures.</param>
    public void Write(IBuildHost host)
    {
        var session = host.Session;
        var (log, previews) = (TrainingLog.TryRead(TrainingLogFile), PreviewSheet.TryRead(SampleFolder));
        var thumbnailStep = new ThumbnailStep(host, ReportPage.ThumbnailSide, ThumbnailFolder);
        var untrained = Key(session, thumbnailStep.Rules);
        // Where nothing has changed, the page of an earlier build shows its training, and stays.
        if (log is not null && session.IsInPlace(new StepOutput("page", Page, TrainedKey(untrained, previews))))
        {
            thumbnailStep.Keep(Shown(session, previews));
            return;
        }

        if (!HasTraining(session))
            (log, previews) = (null, null);
        var output = new StepOutput("page", Page, log is null ? untrained : TrainedKey(untrained, previews));
        var tally = new MemoizedStep(session, "Report", host.Token) { IsStored = false }.Run([output], (_, finished) =>
        {
            if (Write(host, thumbnailStep, log, previews))
                finished(new StepResult("page"));
        });
        if (tally is { Made: 0, Failed: 0 })
            thumbnailStep.Keep(Shown(session, previews));
    }

    /// <summary>True if this build has a finished training to show.</summary>
    public bool HasTraining(PipelineSession session) => session.State.IsMade(TrainingLogFile);

    private bool Write(IBuildHost host, ThumbnailStep thumbnailStep, TrainingLog? log, PreviewSheet? previews)
    {
        var thumbnails = thumbnailStep.Make(Shown(host.Session, previews), "Report");
        if (host.HasErrors)
            return false;
        var data = ReportBuilder.Build(Source(host.Session));
        var training = log is null
            ? null
            : new ReportTraining(
                log, previews,
                FilesOf(previews).Select(file => file.Name).ToDictionary(name => name, name => File.ReadAllBytes(thumbnails[name])));
        AtomicFile.Write(Page, stream =>
            ReportPage.Write(stream, data, [.. data.Pictures.Select(picture => ReportThumbnail.Of(
                picture, File.ReadAllBytes(thumbnails[picture.Id])))], training));
        host.Say($"Report -> {Page}");
        return true;
    }

    private ContentHash Key(PipelineSession session, ContentHash thumbnails)
    {
        var key = new StepKey("Report", Version)
            .With("template", ReportPage.Template)
            .With("thumbnails", thumbnails)
            .With("title", Title)
            .With("dataset", session.State.HashInput(DatasetPath))
            .With("likenesses", session.State.HashInput(LikenessesFile))
            .With("options", JsonSerializer.Serialize(Settings.ToOptions()))
            .With("implications", Implications.Content)
            .With("tables", ShippedTables.Hash)
            .With("least size", MinPictureSize.ToString(CultureInfo.InvariantCulture))
            .With("feature frequency", FeatureFrequency.ToString("R", CultureInfo.InvariantCulture));
        foreach (var ledger in Ledgers)
            key.With("ledger", session.State.HashInput(ledger));
        foreach (var character in session.Characters)
            key.With("character", session.State.HashInput(character.File));
        return key.ToHash();
    }

    private ContentHash TrainedKey(ContentHash untrained, PreviewSheet? previews)
    {
        var key = new StepKey("Report", Version).With("page", untrained).With("log", ContentHash.OfFile(TrainingLogFile));
        if (previews is not null)
            key.With("previews", ContentHash.OfFile(Path.Combine(SampleFolder, PreviewSheet.FileName)));
        return key.ToHash();
    }

    private ReportSource Source(PipelineSession session)
    {
        var ledgers = Ledgers.Select(session.ReadLedger).ToList();
        return new ReportSource(
            Title,
            session.Characters,
            session.Pictures.ToDictionary(picture => picture.Id, picture => picture.Character, StringComparer.Ordinal),
            DatasetFile.Read(DatasetFolder),
            Settings,
            Implications.Table,
            FeatureFrequency,
            ledgers[0],
            ledgers[1],
            ledgers[2],
            ledgers[3],
            PictureLikenesses.ReadDuplicates(LikenessesFile),
            MinPictureSize);
    }

    // Her pictures by their ids, and previews by their file names. The previews' own list has their hashes: they are no inputs, which would
    // stay in their folder.
    private List<PicturedFile> Shown(PipelineSession session, PreviewSheet? previews) =>
    [
        .. session.Pictures.Select(picture => new PicturedFile(picture.Id, picture.File, picture.Content)),
        .. FilesOf(previews)
            .Select(file => new PicturedFile(file.Name, Path.Combine(SampleFolder, file.Name), ContentHash.Parse(file.Sha256))),
    ];

    private static IEnumerable<PreviewFile> FilesOf(PreviewSheet? previews) => previews?.Rows.SelectMany(row => row.Pictures) ?? [];
}
