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
using LoraBuild.Settings;
using LoraBuild.Settings.SdScripts;
using LoraBuild.Tasks.Items;
using LoraBuild.Tasks.Steps;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>Report: one page that shows every picture, its tags on their way to the caption, and what the training
/// will do with them; once it has ended, also its curves and previews.</summary>
public sealed class WriteReport : LoraTask
{
    /// <summary>How many pictures a build reports on unasked: beyond, a page of many megabytes would cost more than the build's other steps.</summary>
    private const int MostUnasked = 2000;

    private const int StepVersion = 1, PageVersion = 2;

    /// <summary>The worker, which makes the thumbnails.</summary>
    [Required]
    public string WorkerAssembly { get; set; } = "";

    /// <summary>The project's name.</summary>
    [Required]
    public string Title { get; set; } = "";

    /// <summary>Items of <see cref="TagPictures"/>.</summary>
    [Required]
    public ITaskItem[] Pictures { get; set; } = [];

    /// <summary>The ledgers of <see cref="TagPictures"/>, <see cref="StripFeatures"/>, <see cref="DedupeTags"/> and <see cref="AlignOutfits"/>.</summary>
    [Required]
    public string[] Ledgers { get; set; } = [];

    /// <summary>What <see cref="FindDuplicates"/> found.</summary>
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

    /// <summary>Whether the page was asked for: <c>auto</c> writes it for datasets of a usual size, <c>true</c> for any.</summary>
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

    /// <summary>Whether this is the page's second time in a build, for what came of the training; it shows that anyway where there is nothing to train.</summary>
    public bool AfterTraining { get; set; }

    /// <inheritdoc/>
    protected override void Run()
    {
        // Without a finished training of this build there is nothing to add to the page that was written before it.
        var hasTraining = Session.State.IsMade(TrainingLogFile);
        if (AfterTraining && !hasTraining)
            return;
        if (Wanted != "true" && (Wanted != "auto" || Pictures.Length > MostUnasked))
        {
            if (!AfterTraining)
                Say(string.Create(CultureInfo.InvariantCulture, $"Report: not written for {Pictures.Length} pictures; dotnet build -t:Report writes it"));
            return;
        }

        var config = TrainingConfig is null ? null : SdScriptsConfig.Read(TrainingConfig.GetMetadata("FullPath"));
        var settings = TrainingSettings.Parse(SettingItems.Training(Options, config), out _);
        var own = OwnImplications.Read(Session, Implications);
        var (log, previews) = (TrainingLog.TryRead(TrainingLogFile), PreviewSheet.TryRead(SampleFolder));
        var thumbnailStep = new ThumbnailStep(this, WorkerAssembly, ReportPage.ThumbnailSide, ThumbnailFolder);
        var untrained = Key(settings, own, thumbnailStep.Rules);
        // Where nothing has changed, the page of an earlier build shows its training, and stays.
        var trained = log is null ? untrained : TrainedKey(untrained, previews);
        if (Session.State.FindOutput(Page, trained) is not null)
        {
            thumbnailStep.Keep(Shown(previews));
            return;
        }

        if (!hasTraining)
            previews = null;
        var thumbnails = thumbnailStep.Make(Shown(previews), "Report");
        if (Log.HasLoggedErrors)
            return;
        var data = ReportBuilder.Build(Source(settings, own));
        var training = hasTraining && log is not null
            ? new ReportTraining(log, previews, FilesOf(previews).Select(file => file.Name).ToDictionary(name => name, name => File.ReadAllBytes(thumbnails[name])))
            : null;
        AtomicFile.Write(Page, stream =>
            ReportPage.Write(stream, data, [.. data.Pictures.Select(picture => ReportThumbnail.Of(picture, File.ReadAllBytes(thumbnails[picture.Id])))], training));
        Session.State.RecordOutput(Page, hasTraining ? trained : untrained);
        Say($"Report -> {Page}");
    }

    private ContentHash Key(TrainingSettings settings, OwnImplications own, ContentHash thumbnails)
    {
        var key = new StepKey("Report", PageVersion)
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
        var key = new StepKey("Report", PageVersion).With("page", untrained).With("log", ContentHash.OfFile(TrainingLogFile));
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
            Pictures.ToDictionary(picture => picture.Id(), picture => picture.GetMetadata(PictureMetadata.Character), StringComparer.Ordinal),
            DatasetFile.Read(DatasetFolder),
            settings,
            own.Table,
            FeatureFrequency,
            ledgers[0],
            ledgers[1],
            ledgers[2],
            ledgers[3],
            PictureLikenesses.Read(LikenessesFile).Duplicates,
            MinPictureSize);
    }

    // Her pictures by their ids, and previews by their file names. The previews' own list has their hashes: they are no inputs, which would stay
    // in their folder.
    private List<PicturedFile> Shown(PreviewSheet? previews) =>
    [
        .. Pictures.Select(picture => new PicturedFile(picture.Id(), picture.ItemSpec, Session.State.HashInput(picture.ItemSpec))),
        .. FilesOf(previews).Select(file => new PicturedFile(file.Name, Path.Combine(SampleFolder, file.Name), ContentHash.Parse(file.Sha256))),
    ];

    private static IEnumerable<PreviewFile> FilesOf(PreviewSheet? previews) => previews?.Rows.SelectMany(row => row.Pictures) ?? [];
}
