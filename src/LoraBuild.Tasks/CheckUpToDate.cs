using System.Globalization;
using LoraBuild.Base.Hashing;
using LoraBuild.Dataset.Pictures;
using LoraBuild.Settings;
using LoraBuild.Tasks.Items;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// Decides by one state file whether anything can have changed since the last build that succeeded: settings, items, or any file that it
/// read or made. Only stamps are looked at, no content.
/// </summary>
public sealed class CheckUpToDate : LoraTask
{
    /// <summary>The character.yaml files.</summary>
    [Required]
    public ITaskItem[] Characters { get; set; } = [];

    /// <summary>The pictures, with whatever metadata the author gave them.</summary>
    [Required]
    public ITaskItem[] Pictures { get; set; } = [];

    /// <summary>The regularisation images, with whatever metadata the author gave them.</summary>
    public ITaskItem[] RegularizationImages { get; set; } = [];

    /// <summary>Name and <c>Value</c> of every setting.</summary>
    [Required]
    public ITaskItem[] Settings { get; set; } = [];

    /// <summary>LoraBuild's own assemblies: another version of it may do things differently.</summary>
    [Required]
    public ITaskItem[] Tools { get; set; } = [];

    /// <summary>True to end the build here where it has nothing to do, and to tell its author so.</summary>
    public bool MayEnd { get; set; }

    /// <summary>True if the build has nothing to do.</summary>
    [Output]
    public bool UpToDate { get; set; }

    /// <inheritdoc/>
    protected override void Run()
    {
        // Another project of the same run may have the same folder, and so may this one with other properties.
        ForgetSession();
        // The folders are looked into while the state is read: of ten thousand pictures both take a while.
        var survey = Task.Run(Survey);
        _ = Session.State;
        Session.Survey = survey.GetAwaiter().GetResult();
        Session.Misplaced = Misplaced();
        Session.Identity = Identity();
        UpToDate = Session.State.IsCurrent(Session.Identity);
        if (Session.State.WhyNotCurrent is { } reason)
            SayDetail($"{Path.GetFileNameWithoutExtension(ProjectFile)} is not up to date: {reason}");
        else if (MayEnd)
            Say(string.Create(
                CultureInfo.InvariantCulture,
                $"{Path.GetFileNameWithoutExtension(ProjectFile)}: {Pictures.Length + RegularizationImages.Length} pictures, all up to "
                + $"date"));
    }

    private ContentHash Identity()
    {
        var key = new StepKey("Build", 1);
        foreach (var tool in Tools)
            key.With("tool", tool.ItemSpec).With("tool", Session.State.HashInput(tool.GetMetadata("FullPath")));
        foreach (var setting in Settings)
            key.With(setting.ItemSpec, setting.GetMetadata("Value"));
        foreach (var name in GlobalProperties.Where(ProjectProperties.IsUnknown))
            key.With("unknown", name);
        key.With("output", OutputFolder);
        foreach (var character in Characters)
            key.With("character", character.ItemSpec);
        AddTo(key, "picture", Pictures);
        // A picture that was hers and is one of others now is a change, although the files are the same.
        AddTo(key, "regularization image", RegularizationImages);
        // A tag file or mask that comes, goes, or becomes a link to nowhere.
        key.With("other files", Session.Survey.Hash).With("misplaced", Session.Misplaced);
        return key.ToHash();
    }

    private List<string> Misplaced()
    {
        var project = Path.GetDirectoryName(ProjectFile)!;
        var named = Pictures.Concat(RegularizationImages).Select(picture => picture.ItemSpec).ToHashSet(StringComparer.Ordinal);
        var folders =
            Characters.Select(character => Path.GetDirectoryName(PathOf(character)!)!).Append(project).Distinct(StringComparer.Ordinal);
        return [.. MisplacedPictures.In(folders).Select(file => Path.GetRelativePath(project, file)).Where(file => !named.Contains(file))];
    }

    // The folders of all pictures; those that are found by themselves, with all below them.
    private FolderSurvey Survey()
    {
        var project = Path.GetDirectoryName(ProjectFile)!;
        var roots = Characters.Select(character => Path.Combine(Path.GetDirectoryName(PathOf(character)!)!, ProjectFolders.Images))
            .Append(Path.Combine(project, ProjectFolders.Images))
            .Append(Path.Combine(project, ProjectFolders.Regularization));
        var others = Pictures.Concat(RegularizationImages).Select(picture => Path.GetDirectoryName(picture.ItemSpec) ?? "")
            .Distinct(StringComparer.Ordinal);
        return FolderSurvey.Of(roots, [.. others.Select(folder => Path.GetFullPath(folder, project))]);
    }

    private static void AddTo(StepKey key, string kind, ITaskItem[] pictures)
    {
        foreach (var picture in pictures)
        {
            key.With(kind, picture.ItemSpec);
            foreach (var name in PictureMetadata.All)
                key.With(name, picture.GetMetadata(name));
        }
    }
}
