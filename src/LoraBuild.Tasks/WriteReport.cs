using System.Globalization;
using LoraBuild.Settings;
using LoraBuild.Settings.SdScripts;
using LoraBuild.Tasks.Items;
using LoraBuild.Tasks.Steps;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// Report: one page that shows every picture, its tags on their way to the caption, and what the training will do with them.
/// </summary>
public sealed class WriteReport : LoraTask
{
    /// <summary>
    /// The most pictures that a build reports on unasked: beyond, a page of many megabytes would cost more than the build's other steps.
    /// </summary>
    private const int MostUnasked = 2000;

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

    /// <summary>sd-scripts' option names, with the value as metadata <c>Value</c>.</summary>
    [Required]
    public ITaskItem[] Options { get; set; } = [];

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

    /// <inheritdoc/>
    protected override void Run()
    {
        if (Wanted != "true" && (Wanted != "auto" || Session.Pictures.Count > MostUnasked))
        {
            Say(string.Create(
                CultureInfo.InvariantCulture,
                $"Report: not written for {Session.Pictures.Count} pictures; dotnet build -t:Report writes it"));
            return;
        }

        var config = TrainingConfig is null ? null : SdScriptsConfig.Read(TrainingConfig);
        Session.Report = new ReportStep
        {
            Title = Title,
            Page = Page,
            ThumbnailFolder = ThumbnailFolder,
            DatasetFolder = DatasetFolder,
            Ledgers = Ledgers,
            LikenessesFile = LikenessesFile,
            MinPictureSize = MinPictureSize,
            FeatureFrequency = FeatureFrequency,
            Implications = OwnImplications.Read(Session, PathOf(Implications)),
            Settings = UsualResolution.Recall(
                Session, Of("BaseModel"), TrainingSettings.Parse(SettingItems.Training(Options, config), out _)),
            TrainingLogFile = TrainingLogFile,
            SampleFolder = SampleFolder,
        };
        Session.Report.Write(this);
    }
}
