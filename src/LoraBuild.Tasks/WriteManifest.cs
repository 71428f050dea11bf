using LoraBuild.Incremental.Steps;
using System.Text;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Base.Hashing;
using LoraBuild.Base.Threading;
using LoraBuild.Dataset.Captions;
using LoraBuild.Dataset.Ledgers;
using LoraBuild.Dataset.Manifest;
using LoraBuild.Tasks.Steps;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// Manifest: the captioned dataset, <c>REPEATS_TRIGGER/NAME.png</c> with <c>NAME.txt</c> beside it, and <c>dataset.json</c>. The folder is
/// the build's own: what does not belong to the dataset is removed from it.
/// </summary>
public sealed class WriteManifest : LoraTask
{
    /// <summary>The ledger of <see cref="AlignOutfits"/>.</summary>
    [Required]
    public string TagsFile { get; set; } = "";

    /// <inheritdoc/>
    protected override void Run()
    {
        TakeFolder();
        var tags = Session.ReadLedger(TagsFile);
        var pictures = Session.Pictures.SelectInParallel(picture => Captioned(picture, tags[picture.Id]), CancellationToken);
        var others = Session.RegularizationImages.SelectInParallel(Captioned, CancellationToken);
        var manifest = DatasetLayout.Arrange([.. Session.Characters.Select(character => character.Trigger)], pictures, others);
        Place([.. FilesOf(manifest, pictures, isRegularization: false), .. FilesOf(manifest, others, isRegularization: true)]);
        var json = DatasetFile.Serialize(manifest);
        Place([new DatasetEntry(Path.Combine(DatasetFolder, DatasetFile.Name), ContentHash.Of(json), null, json)]);
        Session.Sweep(DatasetFolder);
        Tell([.. manifest.Groups.Where(group => !group.IsRegularization).Select(group => (
            group.Repeats, group.Pictures.Count))], others.Length);
    }

    // A new output folder may have a dataset of somebody else's. That this one is the build's own is noted before anything is written to
    // it, so that a build after one that was killed knows.
    private void TakeFolder()
    {
        var note = Path.Combine(Session.IntermediateFolder, "dataset-folder.txt");
        if (File.Exists(note) && File.ReadAllText(note) == DatasetFolder)
            return;
        if (Directory.Exists(DatasetFolder) && !File.Exists(Path.Combine(DatasetFolder, DatasetFile.Name))
            && Directory.EnumerateFiles(DatasetFolder, "*", SearchOption.AllDirectories).FirstOrDefault() is { } foreign)
        {
            throw new LoraBuildException(
                DiagnosticCode.FolderInUse,
                $"The dataset's folder has files that no build of this project made, '{Path.GetRelativePath(DatasetFolder, foreign)}' for "
                + "one, which it would delete. Move them, or name another output folder.",
                DatasetFolder);
        }

        AtomicFile.WriteText(note, DatasetFolder);
    }

    private void Tell(IReadOnlyList<(int Repeats, int Pictures)> groups, int others)
    {
        var counts = string.Join(" + ", groups.Select(group => $"{group.Repeats}x{group.Pictures}"));
        var ofClass = others == 0 ? "" : $", and as many of {others} regularisation images";
        Say($"Manifest: {groups.Sum(group => group.Pictures)} pictures, {groups.Sum(group => group.Repeats * group.Pictures)} samples an "
            + $"epoch ({counts}){ofClass}");
    }

    private static CaptionedPicture Captioned(ProjectPicture picture, TagLedgerEntry entry)
    {
        var (tags, outfit) = entry.ReadTagsAndOutfit();
        return new(
            picture.Id, picture.Character, picture.File, picture.Content, picture.Facts, Caption.Of(tags), picture.Repeats, picture.Source,
            outfit);
    }

    private static CaptionedPicture Captioned(ProjectPicture picture) => new(
        picture.Id, picture.Class!, picture.File, picture.Content, picture.Facts, picture.Caption, picture.Repeats, picture.Source,
        Outfit: null);

    private IEnumerable<DatasetEntry> FilesOf(DatasetManifest manifest, IReadOnlyList<CaptionedPicture> pictures, bool isRegularization)
    {
        var byFile = pictures.ToDictionary(picture => picture.Id + ".png", StringComparer.Ordinal);
        foreach (var group in manifest.Groups.Where(group => group.IsRegularization == isRegularization))
        {
            var folder = Path.Combine(DatasetFolder, group.Folder);
            foreach (var described in group.Pictures)
            {
                var picture = byFile[described.File];
                var caption = Encoding.UTF8.GetBytes(picture.Caption);
                yield return new DatasetEntry(Path.Combine(folder, described.File), picture.Content, picture.Png, null);
                yield return new DatasetEntry(Path.Combine(folder, picture.Id + ".txt"), ContentHash.Of(caption), null, caption);
            }
        }
    }

    // A file of the dataset follows from its own content, so that is its key.
    private void Place(IReadOnlyList<DatasetEntry> entries)
    {
        var byTarget =
            new Lazy<Dictionary<string, DatasetEntry>>(() => entries.ToDictionary(entry => entry.Target, StringComparer.Ordinal));
        var outputs = entries.Select(entry => new StepOutput(entry.Target, entry.Target, entry.Content)).ToList();
        new MemoizedStep(
            Session, "Manifest", CancellationToken) { IsStored = false }.Run(outputs, (missing, finished) => missing.ForEachInParallel(
            output =>
            {
                var entry = byTarget.Value[output.Id];
                if (entry.Text is { } text)
                    AtomicFile.Write(entry.Target, stream => stream.Write(text));
                else
                    FileCopy.Copy(entry.Source!, entry.Target);
                finished(new StepResult(output.Id) { Contents = [entry.Content] });
            },
            CancellationToken));
    }

    /// <summary>A file of the dataset.</summary>
    /// <param name="Target">Its place.</param>
    /// <param name="Content">The hash of its bytes.</param>
    /// <param name="Source">The file that it is a copy of, or null.</param>
    /// <param name="Text">Its bytes where it is no copy.</param>
    private sealed record DatasetEntry(string Target, ContentHash Content, string? Source, byte[]? Text);
}
