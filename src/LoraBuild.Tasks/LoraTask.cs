using System.Xml;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Settings;
using LoraBuild.Tasks.Steps;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// The base of every LoraBuild task: bad input becomes an MSBuild error with its code, file and line, and Ctrl-C ends the task.
/// </summary>
public abstract class LoraTask : Microsoft.Build.Utilities.Task, ICancelableTask, IBuildHost, IDisposable
{
    private readonly CancellationTokenSource cancellation = new();
    private readonly DiagnosticLimit limit = new();
    private PipelineSession? session;

    /// <summary>The folders, cache, worker and models of the project: the item <c>LoraContext</c> of LoraBuild.targets.</summary>
    [Required]
    public ITaskItem Context { get; set; } = null!;

    /// <summary>The project file.</summary>
    protected string ProjectFile => Of(nameof(ProjectFile));

    /// <summary>The project's folder.</summary>
    protected string ProjectFolder => Of(nameof(ProjectFolder));

    /// <summary>The project's folder for intermediate files.</summary>
    protected string IntermediateFolder => Of(nameof(IntermediateFolder));

    /// <summary>The folder for what the author gets.</summary>
    protected string OutputFolder => Of(nameof(OutputFolder));

    /// <summary>The LoRA's file name without extension.</summary>
    protected string OutputName => Of(nameof(OutputName));

    /// <summary>The dataset folder with its <c>dataset.json</c>.</summary>
    protected string DatasetFolder => Of(nameof(DatasetFolder));

    /// <summary>The folder of the content store, which projects share.</summary>
    protected string CachePath => Of(nameof(CachePath));

    /// <summary>The worker, an assembly.</summary>
    protected string WorkerAssembly => Of(nameof(WorkerAssembly));

    /// <summary>An sd-scripts configuration whose options count where the project sets none; null for none.</summary>
    protected string? TrainingConfig => FullPathOf(nameof(TrainingConfig));

    /// <summary>Is cancelled by Ctrl-C.</summary>
    protected CancellationToken CancellationToken => cancellation.Token;

    /// <summary>The properties that the command line sets.</summary>
    private protected IReadOnlyCollection<string> GlobalProperties =>
        BuildEngine is IBuildEngine6 engine ? [.. engine.GetGlobalProperties().Keys] : [];

    /// <summary>The places of settings.</summary>
    private protected virtual SettingPlaces Places =>
        new(ProjectFile, GlobalProperties, new Dictionary<string, (string File, int Line, int Column)>());

    PipelineSession IBuildHost.Session => Session;

    string IBuildHost.WorkerAssembly => WorkerAssembly;

    bool IBuildHost.HasErrors => Log.HasLoggedErrors;

    CancellationToken IBuildHost.Token => CancellationToken;

    /// <summary>This build of the project, begun by the first task that asks; MSBuild disposes of it when the build ends.</summary>
    private protected PipelineSession Session => session ??= FindSession() ?? BeginSession();

    private object SessionKey => (typeof(PipelineSession).FullName, IntermediateFolder);

    /// <inheritdoc/>
    public override bool Execute()
    {
        var stopped = true;
        try
        {
            Run();
            stopped = false;
        }
        catch (LoraBuildException e)
        {
            Report(e.Diagnostic);
        }
        // A task that had yielded gets an exception of MSBuild's own when it goes on in a build that was cancelled.
        catch (Exception e) when (e is OperationCanceledException || CancellationToken.IsCancellationRequested)
        {
            if (e is not OperationCanceledException)
                SayDetail(e.ToString());
            Report(
                new Diagnostic(DiagnosticCode.Cancelled, Severity.Warning, "Cancelled. What was finished is kept; build again to go on."));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Report(new Diagnostic(
                DiagnosticCode.CannotRead, Severity.Error, $"{e.Message} Look at the file or disk that is named, then build again."));
        }
        // Readers give bad input its own code; what still comes here is a fault of LoraBuild's, told without a page of stack.
        catch (Exception e)
        {
            SayDetail(e.ToString());
            Report(new Diagnostic(
                DiagnosticCode.Unexpected,
                Severity.Error,
                $"{GetType().Name} met what LoraBuild does not know: {e.GetType().Name}: {e.Message} Look at the files that this step "
                + "reads; dotnet build -v:detailed shows more, for a report to LoraBuild's authors."));
        }

        foreach (var rest in limit.Rest())
            Show(rest);
        if (Session.Store.Remote?.TakeWarning() is { } warning)
            Report(warning);
        var succeeded = !stopped && (GoesOnAfterErrors || !Log.HasLoggedErrors);
        if (!succeeded)
            Session.End();
        return succeeded;
    }

    /// <inheritdoc/>
    public void Cancel() => cancellation.Cancel();

    /// <inheritdoc/>
    public void Dispose()
    {
        cancellation.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// True to run the steps after this one although it reported errors: those of single pictures, which the others can do without. The
    /// target that puts the dataset together then fails the build.
    /// </summary>
    protected virtual bool GoesOnAfterErrors => false;

    /// <summary>
    /// Ends the session that an earlier build of the same run had in this folder, if any: the next task that asks begins another.
    /// </summary>
    private protected void ForgetSession()
    {
        (BuildEngine4.UnregisterTaskObject(SessionKey, RegisteredTaskObjectLifetime.Build) as PipelineSession)?.Dispose();
        session = null;
    }

    private PipelineSession? FindSession() =>
        BuildEngine4.GetRegisteredTaskObject(SessionKey, RegisteredTaskObjectLifetime.Build) as PipelineSession;

    private PipelineSession BeginSession()
    {
        var begun = new PipelineSession(IntermediateFolder, CachePath);
        BuildEngine4.RegisterTaskObject(SessionKey, begun, RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
        return begun;
    }

    /// <summary>A value of the context; empty where it is not set.</summary>
    private protected string Of(string name) => Context.GetMetadata(name);

    /// <summary>
    /// The full path of a file or folder that an author names, in either of MSBuild's notations; null where it is not set.
    /// </summary>
    private protected string? FullPathOf(string name) =>
        Of(name).Trim() is { Length: > 0 } path ? Path.GetFullPath(path.Replace('\\', Path.DirectorySeparatorChar), ProjectFolder) : null;

    /// <summary>The full path of an item; null where there is none.</summary>
    private protected static string? PathOf(ITaskItem? item) => item?.GetMetadata("FullPath");

    /// <summary>The task's work. Throws <see cref="LoraBuildException"/> for bad input that leaves nothing to go on with.</summary>
    protected abstract void Run();

    /// <summary>Shows a diagnostic in MSBuild's way. One that knows no file is about a setting, or about the project.</summary>
    public void Report(Diagnostic diagnostic)
    {
        if (diagnostic.File is null)
            diagnostic = Placed(diagnostic);
        if (limit.IsToTell(diagnostic))
            Show(diagnostic);
    }

    private void Show(Diagnostic diagnostic)
    {
        // A line end within a name would cut the diagnostic in two, and an escape would command the terminal.
        var (file, message) = (LegibleText.OneLine(diagnostic.File!), LegibleText.OneLine(diagnostic.Message));
        if (diagnostic.Severity == Severity.Error)
            Log.LogError(null, diagnostic.Code, null, file, diagnostic.Line, diagnostic.Column, 0, 0, "{0}", message);
        else
            Log.LogWarning(null, diagnostic.Code, null, file, diagnostic.Line, diagnostic.Column, 0, 0, "{0}", message);
    }

    private Diagnostic Placed(Diagnostic diagnostic)
    {
        try
        {
            return Places.Locate(diagnostic);
        }
        // The project or its configuration was changed or removed during the build.
        catch (Exception e) when (e is LoraBuildException or IOException or UnauthorizedAccessException or XmlException)
        {
            return diagnostic with { File = ProjectFile };
        }
    }

    /// <summary>Shows a line that the author wants to see.</summary>
    public void Say(string line) => Log.LogMessage(MessageImportance.High, "  {0}", LegibleText.OneLine(line));

    /// <summary>Shows a line only in a detailed log.</summary>
    public void SayDetail(string line) =>
        Log.LogMessage(MessageImportance.Low, "{0}", string.Join('\n', line.Split('\n').Select(LegibleText.OneLine)));
}
