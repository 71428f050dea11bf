using LoraBuild.Core.Caching;
using LoraBuild.Core.Characters;
using LoraBuild.Tasks.Steps;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// Where nothing but tag files has changed since the last build, what the steps before Tag found still holds, and only the pictures of those
/// tag files go on to Tag. All others are taken over from the last build without being looked at one by one.
/// </summary>
public sealed class FindChangedPictures : LoraTask
{
    /// <summary>A character.yaml for each character.</summary>
    [Required]
    public ITaskItem[] Characters { get; set; } = [];

    /// <summary>The project.</summary>
    [Required]
    public string ProjectFile { get; set; } = "";

    /// <summary>What <see cref="KeepPictures"/> kept.</summary>
    [Required]
    public string PicturesFile { get; set; } = "";

    /// <summary>The ledgers that the steps will ask for.</summary>
    [Required]
    public string[] Ledgers { get; set; } = [];

    /// <summary>Whether the build is one of those pictures alone.</summary>
    [Output]
    public bool Partial { get; set; }

    /// <summary>Those pictures, as <see cref="FindDuplicates"/> would give them.</summary>
    [Output]
    public ITaskItem[] ChangedPictures { get; set; } = [];

    /// <inheritdoc/>
    protected override void Run()
    {
        // Which of several characters a picture is of is known of those pictures alone.
        if (Session.State.Changed is not { Count: > 0 } changed || Characters.Length != 1)
            return;
        var characterFile = Characters[0].GetMetadata("FullPath");
        var read = Task.Run(() => CharacterFile.Read(characterFile));
        Session.ReadAhead(Ledgers);
        if (KnownPictures.TryOpen(Session, PicturesFile) is not { } known)
            return;
        var pictures = new List<ITaskItem>();
        foreach (var file in changed.Order(StringComparer.Ordinal))
        {
            // A tag file that is gone leaves its picture to the tagger.
            if (!File.Exists(file) || known.TaggedBy(file) is not { Count: > 0 } tagged)
                return;
            pictures.AddRange(tagged);
        }

        var (project, normalized, remarks) = known.Said();
        // Some of what was said is about the project file, which is no input of any step.
        if (project != ContentHash.OfFile(ProjectFile))
            return;
        if (read.GetAwaiter().GetResult().Character is not { } character)
            return;
        Session.Characters = [character];
        Session.KeepRest(known.Count - pictures.Count);
        (Partial, ChangedPictures) = (true, [.. pictures]);
        foreach (var remark in remarks)
            Report(remark);
        Say(new StepTally(normalized, Made: 0, Restored: 0).Describe("Normalize"));
    }
}
