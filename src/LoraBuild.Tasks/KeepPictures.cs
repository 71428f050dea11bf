using LoraBuild.Core.Caching;
using LoraBuild.Tasks.Steps;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>Keeps what the steps before Tag found of the pictures, for <see cref="FindChangedPictures"/> of the next build.</summary>
public sealed class KeepPictures : LoraTask
{
    /// <summary>Items of <see cref="NormalizePictures"/>.</summary>
    [Required]
    public ITaskItem[] NormalizedPictures { get; set; } = [];

    /// <summary>Items of <see cref="FindDuplicates"/>.</summary>
    [Required]
    public ITaskItem[] Pictures { get; set; } = [];

    /// <summary>How many regularisation images were normalized besides.</summary>
    [Required]
    public int RegularizationPictures { get; set; }

    /// <summary>The project, which some of what was said is about.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <summary>See <see cref="WriteReport.Wanted"/>.</summary>
    [Required]
    public string ReportWanted { get; set; } = "";

    /// <summary>The file to keep it in.</summary>
    [Required]
    public string PicturesFile { get; set; } = "";

    /// <inheritdoc/>
    protected override void Run()
    {
        // Who left pictures out said so in words of its own, and a report shows all pictures.
        if (Pictures.Length == NormalizedPictures.Length && !WriteReport.IsWritten(ReportWanted, Pictures.Length))
            KnownPictures.Write(Session, PicturesFile, ContentHash.OfFile(ProjectFile), NormalizedPictures.Length + RegularizationPictures, Pictures);
    }
}
