using System.Globalization;
using System.Text.Json;
using LoraBuild.Core.Caching;
using LoraBuild.Core.Files;
using LoraBuild.Core.Manifest;
using LoraBuild.Core.Pictures;
using LoraBuild.Core.Report;
using LoraBuild.Core.SdScripts;
using LoraBuild.Core.Settings;
using LoraBuild.Core.Tags;
using LoraBuild.Tasks.Items;
using LoraBuild.Tasks.Steps;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>Report: one page that shows every picture, its tags on their way to the caption, and what the training will do with them.</summary>
public sealed class WriteReport : LoraTask
{
    /// <summary>How many pictures a build reports on unasked: beyond, a page of many megabytes would cost more than the build's other steps.</summary>
    private const int MostUnasked = 2000;

    private const int StepVersion = 1;

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

    /// <inheritdoc/>
    protected override void Run()
    {
        if (Wanted == "auto" && Pictures.Length > MostUnasked)
        {
            Say(string.Create(CultureInfo.InvariantCulture, $"Report: not written for {Pictures.Length} pictures; dotnet build -t:Report writes it"));
            return;
        }

        var config = TrainingConfig is null ? null : SdScriptsConfig.Read(TrainingConfig.GetMetadata("FullPath"));
        var settings = TrainingSettings.Parse(TrainingOptionItems.Values(Options, config), out _);
        var own = OwnImplications.Read(Session, Implications);
        var thumbnailStep = new ThumbnailStep(this, WorkerAssembly, ReportPage.ThumbnailSide, ThumbnailFolder);
        var files = Pictures.Select(picture => (picture.Id(), picture.ItemSpec)).ToList();
        var key = Key(settings, own, thumbnailStep.Rules);
        if (Session.State.FindOutput(Page, key) is not null)
        {
            thumbnailStep.Keep(files);
            return;
        }

        var thumbnails = thumbnailStep.Make(files, "Report");
        if (Log.HasLoggedErrors)
            return;
        var data = ReportBuilder.Build(Source(settings, own));
        AtomicFile.Write(Page, stream =>
            ReportPage.Write(stream, data, [.. data.Pictures.Select(picture => ReportThumbnail.Of(picture, File.ReadAllBytes(thumbnails[picture.Id])))]));
        Session.State.RecordOutput(Page, key);
        Say($"Report -> {Page}");
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
            .With("feature frequency", FeatureFrequency.ToString("R", CultureInfo.InvariantCulture));
        foreach (var ledger in Ledgers)
            key.With("ledger", Session.State.HashInput(ledger));
        foreach (var character in Session.Characters)
            key.With("character", Session.State.HashInput(character.File));
        return key.ToHash();
    }

    private string DatasetPath => Path.Combine(DatasetFolder, DatasetFile.Name);

    private ReportSource Source(TrainingSettings settings, OwnImplications own)
    {
        var ledgers = Ledgers.Select(TagLedger.Read).ToList();
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
            PictureLikenesses.Read(LikenessesFile).Duplicates);
    }
}
