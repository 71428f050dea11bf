using System.Globalization;
using System.Text.Json;
using LoraBuild.Base.Files;
using LoraBuild.Base.Hashing;
using LoraBuild.Dataset.Manifest;
using LoraBuild.Dataset.Pictures;
using LoraBuild.Dataset.Tables;
using LoraBuild.Pages.Report;
using LoraBuild.Protocol.Logging;
using LoraBuild.Protocol.Previews;
using LoraBuild.Settings.SdScripts;
using LoraBuild.Settings;
using LoraBuild.Tasks.Items;
using LoraBuild.Tasks.Steps;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>Report: one page that shows every picture, its tags on their way to the caption, and what the training
/// will do with them; once it has ended, also its curves and previews.</summary>
public sealed class WriteReport : LoraTask
{
    /// <summary>
    /// The most pictures that a build reports on unasked: beyond, a page of many megabytes would cost more than the build's other steps.
    /// </summary>
    private const int MostUnasked = 2000;

    private const int StepVersion = 2;

    /// <summary>The worker, which makes the thumbnails.</summary>
    [Required]
    public string WorkerAssembly { get; set; } = "";

    /// <summary>The project's name.</summary>
    [Required]
    public string Title { get; set; } = "";

    /// <summary>
    /// The ledgers of <see cref="TagPictures"/>, <see cref="StripFeatures"/>, <see cref="DedupeTags"/> and <see cref="AlignOutfits"/>.
    /// </summary>
    [Required]
    public string[] Ledgers { get; set; } = [];

    /// <summary>The ledger that <see cref="FindDuplicates"/> wrote.</summary>
    [Required]
    public string LikenessesFile { get; set; } = "";

    /// <summary>Pictures with a shorter side, in pixels, are warned about.</summary>
    [Required]
    public int MinPictureSize { get; set; }

    /// <summary>The dataset folder.</summary>
    [Required]
    public string DatasetFolder { get; set; } = "";

    /// <summary>sd-scripts' option names, with the value as metadata <c>Value</c>.</summary>
    [Required]
    public ITaskItem[] Options { get; set; } = [];

    /// <summary>An author's sd-scripts configuration, or nothing.</summary>
    public ITaskItem? TrainingConfig { get; set; }

    /// <summary>The author's own table of implications, or nothing.</summary>
    public ITaskItem? Implications { get; set; }

    /// <summary>The least share of a character's pictures in which a feature is stripped.</summary>
    [Required]
    public double FeatureFrequency { get; set; }

    /// <summary>The author's wish for the page: <c>auto</c> writes it for datasets of a usual size, <c>true</c> for any.</summary>
    [Required]
    public string Wanted { get; set; } = "";

    /// <summary>The folder for thumbnails.</summary>
    [Required]
    public string ThumbnailFolder { get; set; } = "";

    /// <summary>The page.</summary>
    [Required]
    public string Page { get; set; } = "";

    /// <summary>The log that a finished training leaves; it need not be there.</summary>
    [Required]
    public string TrainingLogFile { get; set; } = "";

    /// <summary>The folder of the training's previews; it need not be there.</summary>
    [Required]
    public string SampleFolder { get; set; } = "";

    /// <summary>True the second time in a build, for the outcome of the training; a build without training needs no second time.</summary>
    public bool AfterTraining { get; set; }

    /// <inheritdoc/>
    protected override void Run()
    {
        // Without a finished training of this build there is nothing to add to the page that was written before it.
        var hasTraining = Session.State.IsMade(TrainingLogFile);
        if (AfterTraining && !hasTraining)
            return;
        if (Wanted != "true" && (Wanted != "auto" || Session.Pictures.Count > MostUnasked))
        {
            if (!AfterTraining)
                Say(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Report: not written for {Session.Pictures.Count} pictures; dotnet build -t:Report writes it"));
            return;
        }

        var config = TrainingConfig is null ? null : SdScriptsConfig.Read(PathOf(TrainingConfig)!);
        var settings = TrainingSettings.Parse(SettingItems.Training(Options, config), out _);
        var own = OwnImplications.Read(Session, PathOf(Implications));
        var (log, previews) = (TrainingLog.TryRead(TrainingLogFile), PreviewSheet.TryRead(SampleFolder));
        var thumbnailStep = new ThumbnailStep(this, WorkerAssembly, ReportPage.ThumbnailSide, ThumbnailFolder);
        var untrained = Key(settings, own, thumbnailStep.Rules);
        // Where nothing has changed, the page of an earlier build shows its training, and stays.
        if (log is not null && Session.IsInPlace(new StepOutput("page", Page, TrainedKey(untrained, previews))))
        {
            thumbnailStep.Keep(Shown(previews));
            return;
        }

        if (!hasTraining)
            (log, previews) = (null, null);
        var output = new StepOutput("page", Page, log is null ? untrained : TrainedKey(untrained, previews));
        var tally = new MemoizedStep(Session, "Report", CancellationToken) { IsStored = false }.Run([output], (_, finished) =>
        {
            if (Write(thumbnailStep, settings, own, log, previews))
                finished(new StepResult("page"));
        });
        if (tally is { Made: 0, Failed: 0 })
            thumbnailStep.Keep(Shown(previews));
    }

    private bool Write(
        ThumbnailStep thumbnailStep, TrainingSettings settings, OwnImplications own, TrainingLog? log, PreviewSheet? previews)
    {
        var thumbnails = thumbnailStep.Make(Shown(previews), "Report");
        if (Log.HasLoggedErrors)
            return false;
        var data = ReportBuilder.Build(Source(settings, own));
        var training = log is null
            ? null
            : new ReportTraining(
                log, previews,
                FilesOf(previews).Select(file => file.Name).ToDictionary(name => name, name => File.ReadAllBytes(thumbnails[name])));
        AtomicFile.Write(Page, stream =>
            ReportPage.Write(stream, data, [.. data.Pictures.Select(picture => ReportThumbnail.Of(
                picture, File.ReadAllBytes(thumbnails[picture.Id])))], training));
        Say($"Report -> {Page}");
        return true;
    }

    private ContentHash Key(TrainingSettings settings, OwnImplications own, ContentHash thumbnails)
    {
        var key = new StepKey("Report", StepVersion)
            .With("template", ReportPage.Template)
            .With("thumbnails", thumbnails)
            .With("title", Title)
            .With("dataset", Session.State.HashInput(DatasetPath))
            .With("likenesses", Session.State.HashInput(LikenessesFile))
            .With("options", JsonSerializer.Serialize(settings.ToOptions()))
            .With("implications", own.Content)
            .With("tables", ShippedTables.Hash)
            .With("least size", MinPictureSize.ToString(CultureInfo.InvariantCulture))
            .With("feature frequency", FeatureFrequency.ToString("R", CultureInfo.InvariantCulture));
        foreach (var ledger in Ledgers)
            key.With("ledger", Session.State.HashInput(ledger));
        foreach (var character in Session.Characters)
            key.With("character", Session.State.HashInput(character.File));
        return key.ToHash();
    }

    private ContentHash TrainedKey(ContentHash untrained, PreviewSheet? previews)
    {
        var key = new StepKey("Report", StepVersion).With("page", untrained).With("log", ContentHash.OfFile(TrainingLogFile));
        if (previews is not null)
            key.With("previews", ContentHash.OfFile(Path.Combine(SampleFolder, PreviewSheet.FileName)));
        return key.ToHash();
    }

    private string DatasetPath => Path.Combine(DatasetFolder, DatasetFile.Name);

    private ReportSource Source(TrainingSettings settings, OwnImplications own)
    {
        var ledgers = Ledgers.Select(Session.ReadLedger).ToList();
        return new ReportSource(
            Title,
            Session.Characters,
            Session.Pictures.ToDictionary(picture => picture.Id, picture => picture.Character, StringComparer.Ordinal),
            DatasetFile.Read(DatasetFolder),
            settings,
            own.Table,
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
    private List<PicturedFile> Shown(PreviewSheet? previews) =>
    [
        .. Session.Pictures.Select(picture => new PicturedFile(picture.Id, picture.File, picture.Content)),
        .. FilesOf(previews)
            .Select(file => new PicturedFile(file.Name, Path.Combine(SampleFolder, file.Name), ContentHash.Parse(file.Sha256))),
    ];

    private static IEnumerable<PreviewFile> FilesOf(PreviewSheet? previews) => previews?.Rows.SelectMany(row => row.Pictures) ?? [];
}
