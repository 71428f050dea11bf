using System.Globalization;
using LoraBuild.Base.Hashing;
using LoraBuild.Tasks.Items;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// Decides by one state file whether anything can have changed since the last build that succeeded: settings, items, or any file that it
/// read or made. Only stamps are looked at, no content.
/// </summary>
public sealed class CheckUpToDate : LoraTask
{
    /// <summary>The project, for messages.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

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

    /// <summary>The folder for what the author gets.</summary>
    [Required]
    public string OutputFolder { get; set; } = "";

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
        foreach (var name in UnknownGlobalProperties)
            key.With("unknown", name);
        key.With("output", OutputFolder);
        foreach (var character in Characters)
            key.With("character", character.ItemSpec);
        AddTo(key, "picture", Pictures);
        // A picture that was hers and is one of others now is a change, although the files are the same.
        AddTo(key, "regularization image", RegularizationImages);
        return key.ToHash();
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
