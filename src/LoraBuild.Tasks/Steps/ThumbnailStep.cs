using System.Globalization;
using LoraBuild.Base.Hashing;
using LoraBuild.Protocol;
using LoraBuild.Tasks.Worker;

namespace LoraBuild.Tasks.Steps;

/// <summary>Thumbnails of PNG pictures for a page, JPEG files by the pictures' ids, memoised.</summary>
internal sealed class ThumbnailStep
{
    private const int Version = 1;

    private readonly LoraTask task;
    private readonly string workerAssembly;
    private readonly int side;
    private readonly string folder;

    /// <param name="task">The task that asks.</param>
    /// <param name="workerAssembly">The worker.</param>
    /// <param name="side">The longer side of a thumbnail in pixels.</param>
    /// <param name="folder">The folder for them, of this step alone.</param>
    public ThumbnailStep(LoraTask task, string workerAssembly, int side, string folder)
    {
        (this.task, this.workerAssembly, this.side, this.folder) = (task, workerAssembly, side, folder);
        Rules = new StepKey("Shrink", Version)
            .With("engine", EngineVersions.Of(task.Session, workerAssembly, task, task.CancellationToken).Images)
            .With("side", side.ToString(CultureInfo.InvariantCulture))
            .ToHash();
    }

    /// <summary>What thumbnails depend on besides the pictures.</summary>
    public ContentHash Rules { get; }

    /// <summary>Brings the thumbnails up to date and deletes others.</summary>
    /// <param name="pictures">The pictures.</param>
    /// <param name="step">The step's name, for messages.</param>
    /// <returns>The thumbnails' files by id.</returns>
    public IReadOnlyDictionary<string, string> Make(IReadOnlyList<PicturedFile> pictures, string step)
    {
        var outputs = pictures.Select(Output).ToList();
        var paths = pictures.ToDictionary(picture => picture.Id, picture => picture.Path, StringComparer.Ordinal);
        new MemoizedStep(task.Session, step, task.CancellationToken).Run(outputs, (missing, finished) => new WorkerProcess(workerAssembly, task).Run(
            new ShrinkJob([.. missing.Select(output => new PictureToShrink(output.Id, paths[output.Id], output.Target))], side),
            step,
            done => finished(done.Id),
            task.CancellationToken));
        task.Session.Sweep(folder, task.Session.State.IsSeen);
        return outputs.ToDictionary(output => output.Id, output => output.Target, StringComparer.Ordinal);
    }

    /// <summary>Where the page is as it was, so are they: the next build finds them without asking the store.</summary>
    /// <param name="pictures">The pictures.</param>
    public void Keep(IReadOnlyList<PicturedFile> pictures)
    {
        foreach (var output in pictures.Select(Output))
            task.Session.State.FindOutput(output.Target, output.Key);
    }

    private StepOutput Output(PicturedFile picture) => new(
        picture.Id,
        Path.Combine(folder, picture.Id + ".jpg"),
        new StepKey("Shrink", Version).With("rules", Rules).With("picture", picture.Content).ToHash());
}
