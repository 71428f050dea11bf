using LoraBuild.Incremental.Steps;
using System.Globalization;
using LoraBuild.Base.Hashing;
using LoraBuild.Protocol;

namespace LoraBuild.Tasks.Steps;

/// <summary>Thumbnails of PNG pictures for a page, JPEG files by the pictures' ids, memoised.</summary>
internal sealed class ThumbnailStep
{
    private const int Version = 1;

    private readonly IBuildHost host;
    private readonly int side;
    private readonly string folder;

    /// <summary>Thumbnails in a folder.</summary>
    /// <param name="host">The build.</param>
    /// <param name="side">The longer side of a thumbnail in pixels.</param>
    /// <param name="folder">The folder for them, of this step alone.</param>
    public ThumbnailStep(IBuildHost host, int side, string folder)
    {
        (this.host, this.side, this.folder) = (host, side, folder);
        Rules = new StepKey("Shrink", Version)
            .With("engine", EngineVersions.Of(host).Images)
            .With("side", side.ToString(CultureInfo.InvariantCulture))
            .ToHash();
    }

    /// <summary>All that thumbnails depend on besides the pictures.</summary>
    public ContentHash Rules { get; }

    /// <summary>Brings the thumbnails up to date and deletes others.</summary>
    /// <param name="pictures">The pictures.</param>
    /// <param name="step">The step's name, for messages.</param>
    /// <returns>The thumbnails' files by id.</returns>
    public IReadOnlyDictionary<string, string> Make(IReadOnlyList<PicturedFile> pictures, string step)
    {
        var outputs = pictures.Select(Output).ToList();
        var paths = pictures.ToDictionary(picture => picture.Id, picture => picture.Path, StringComparer.Ordinal);
        new MemoizedStep(host.Session, step, host.Token).Run(outputs, (missing, finished) => new WorkerProcess(host).Run(
            new ShrinkJob([.. missing.Select(output => new PictureToShrink(output.Id, paths[output.Id], output.Files![0]))], side),
            step,
            done => finished(new StepResult(done.Id)),
            host.Token));
        host.Session.Sweep(folder);
        return outputs.ToDictionary(output => output.Id, output => output.Files![0], StringComparer.Ordinal);
    }

    /// <summary>Keeps the thumbnails of a page that is as it was: the next build finds them without asking the store.</summary>
    /// <param name="pictures">The pictures.</param>
    public void Keep(IReadOnlyList<PicturedFile> pictures)
    {
        foreach (var output in pictures.Select(Output))
            host.Session.IsInPlace(output);
    }

    private StepOutput Output(PicturedFile picture) => new(
        picture.Id,
        Path.Combine(folder, picture.Id + ".jpg"),
        new StepKey("Shrink", Version).With("rules", Rules).With("picture", picture.Content).ToHash());
}

/// <summary>A picture of which a page shows a thumbnail.</summary>
/// <param name="Id">Its id, a file name.</param>
/// <param name="Path">The PNG file.</param>
/// <param name="Content">The hash of its content.</param>
internal sealed record PicturedFile(string Id, string Path, ContentHash Content);
