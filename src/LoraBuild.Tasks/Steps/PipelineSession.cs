using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Ledgers;
using LoraBuild.Dataset.Pictures;
using LoraBuild.Incremental.Steps;

namespace LoraBuild.Tasks.Steps;

/// <summary>A build of one project, with all that its steps hand on to the next ones.</summary>
/// <param name="intermediateFolder">The project's folder for intermediate files.</param>
/// <param name="cachePath">The folder of the store.</param>
internal sealed class PipelineSession(string intermediateFolder, string cachePath) : BuildSession(intermediateFolder, cachePath)
{
    private readonly Dictionary<string, TagLedger> ledgers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Task<TagLedger>> ahead = new(StringComparer.Ordinal);

    /// <summary>The worker's engines, once asked for.</summary>
    public EngineVersions? Engines { get; set; }

    /// <summary>True if this build trains or draws, as far as <see cref="CheckSettings"/> sees it.</summary>
    public bool Draws { get; set; }

    /// <summary>The files in the folders of pictures, as <see cref="CheckUpToDate"/> found them.</summary>
    public FolderSurvey Survey { get; set; } = FolderSurvey.Of([], []);

    /// <summary>Pictures where none are read, as <see cref="CheckUpToDate"/> found them, relative to the project's folder.</summary>
    public IReadOnlyList<string> Misplaced { get; set; } = [];

    /// <summary>The project's characters, once <see cref="ResolveCharacters"/> has read them.</summary>
    public IReadOnlyList<Character> Characters
    {
        get => field ?? throw new InvalidOperationException("ResolveCharacters has not run.");
        set;
    }

    /// <summary>
    /// The pictures of the characters as the last step left them: each step takes those of the step before, and leaves out what it could
    /// not process.
    /// </summary>
    public IReadOnlyList<ProjectPicture> Pictures { get; set; } = [];

    /// <summary>The regularisation images, which no step after Normalize looks at but Manifest.</summary>
    public IReadOnlyList<ProjectPicture> RegularizationImages { get; set; } = [];

    /// <summary>The report that this build has written, to be brought up to date after the training; null for none.</summary>
    public ReportStep? Report { get; set; }

    /// <summary>Begins to read, on another thread, the ledgers of the last build that this one will ask for.</summary>
    public void ReadAhead(IEnumerable<string> paths)
    {
        // One after the other: they need not compete with each other for the processors.
        Task before = Task.CompletedTask;
        foreach (var path in paths.Where(State.IsUntouched))
            before = ahead[path] = before.ContinueWith(_ => TagLedger.Read(path), TaskScheduler.Default);
    }

    /// <summary>A ledger as the last build left it; an empty one where somebody else has written to it, who is not believed.</summary>
    public TagLedger ReadLast(string path) => State.IsUntouched(path) ? Read(path) : new TagLedger([]);

    /// <summary>A ledger of this build, read once however many steps look at it.</summary>
    public TagLedger ReadLedger(string path)
    {
        if (!ledgers.TryGetValue(path, out var ledger))
            ledgers[path] = ledger = Read(path);
        return ledger;
    }

    /// <summary>Writes a ledger and remembers it.</summary>
    /// <exception cref="LoraBuildException">LB6001: it cannot be written.</exception>
    public void WriteLedger(string path, TagLedger ledger)
    {
        ledger.Write(path);
        ledgers[path] = ledger;
    }

    // One that was read ahead may have come from the store since.
    private TagLedger Read(string path) =>
        ahead.Remove(path, out var read) && State.IsUntouched(path) ? read.GetAwaiter().GetResult() : TagLedger.Read(path);
}
