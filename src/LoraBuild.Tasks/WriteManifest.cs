using System.Globalization;
using System.Text;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Base.Hashing;
using LoraBuild.Base.Threading;
using LoraBuild.Dataset.Captions;
using LoraBuild.Dataset.Ledgers;
using LoraBuild.Dataset.Manifest;
using LoraBuild.Tasks.Items;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// Manifest: the captioned dataset, <c>REPEATS_TRIGGER/NAME.png</c> with <c>NAME.txt</c> beside it, and <c>dataset.json</c>. The folder is
/// the build's own: what does not belong to the dataset is removed from it.
/// </summary>
public sealed class WriteManifest : LoraTask
{
    private const int StepVersion = 1;

    /// <summary>Items of <see cref="TagPictures"/>.</summary>
    [Required]
    public ITaskItem[] Pictures { get; set; } = [];

    /// <summary>Items of <see cref="ResolveRegularizationImages"/>, normalized.</summary>
    public ITaskItem[] RegularizationPictures { get; set; } = [];

    /// <summary>The ledger of <see cref="AlignOutfits"/>.</summary>
    [Required]
    public string TagsFile { get; set; } = "";

    /// <summary>The dataset folder.</summary>
    [Required]
    public string Folder { get; set; } = "";

    /// <inheritdoc/>
    protected override void Run()
    {
        TakeFolder();
        var tags = Session.ReadLedger(TagsFile);
        var pictures = Pictures.SelectInParallel(picture => Captioned(picture, tags[picture.Id()]), CancellationToken).ToDictionary(picture => picture.Id);
        var others = RegularizationPictures.SelectInParallel(Regularization, CancellationToken).ToDictionary(picture => picture.Id);
        var manifest = DatasetLayout.Arrange([.. Session.Characters.Select(character => character.Trigger)], pictures.Values, others.Values);
        foreach (var group in manifest.Groups)
        {
            group.Pictures.ForEachInParallel(described =>
            {
                var picture = (group.IsRegularization ? others : pictures)[Path.GetFileNameWithoutExtension(described.File)];
                var target = Path.Combine(Folder, group.Folder, described.File);
                Place(target, picture.Content, () => File.ReadAllBytes(picture.Png));
                var caption = Encoding.UTF8.GetBytes(picture.Caption);
                Place(Path.ChangeExtension(target, ".txt"), ContentHash.Of(caption), () => caption);
            }, CancellationToken);
        }

        var json = DatasetFile.Serialize(manifest);
        Place(Path.Combine(Folder, DatasetFile.Name), ContentHash.Of(json), () => json);
        Session.Sweep(Folder, Session.State.IsSeen);
        Tell([.. manifest.Groups.Where(group => !group.IsRegularization).Select(group => (group.Repeats, group.Pictures.Count))], others.Count);
    }

    // A new output folder may have a dataset of somebody else's. That this one is the build's own is noted before anything is written to it, so
    // that a build after one that was killed knows.
    private void TakeFolder()
    {
        var note = Path.Combine(Session.IntermediateFolder, "dataset-folder.txt");
        if (File.Exists(note) && File.ReadAllText(note) == Folder)
            return;
        if (Directory.Exists(Folder) && !File.Exists(Path.Combine(Folder, DatasetFile.Name))
            && Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).FirstOrDefault() is { } foreign)
        {
            throw new LoraBuildException(
                DiagnosticCode.FolderInUse,
                $"The dataset's folder has files that no build of this project made, '{Path.GetRelativePath(Folder, foreign)}' for one, which it would delete. Move them, or name another output folder.",
                Folder);
        }

        AtomicFile.WriteText(note, Folder);
    }

    private void Tell(IReadOnlyList<(int Repeats, int Pictures)> groups, int others)
    {
        var counts = string.Join(" + ", groups.Select(group => $"{group.Repeats}x{group.Pictures}"));
        var ofClass = others == 0 ? "" : $", and as many of {others} regularisation images";
        Say($"Manifest: {groups.Sum(group => group.Pictures)} pictures, {groups.Sum(group => group.Repeats * group.Pictures)} samples an epoch ({counts}){ofClass}");
    }

    private static int RepeatsOf(ITaskItem picture) => int.Parse(picture.GetMetadata(PictureMetadata.Repeats), CultureInfo.InvariantCulture);

    private CaptionedPicture Captioned(ITaskItem picture, TagLedgerEntry entry) => new(
        picture.Id(),
        picture.GetMetadata(PictureMetadata.Character),
        picture.ItemSpec,
        Session.State.HashInput(picture.ItemSpec),
        Caption.Of(entry.Tags.Tags),
        RepeatsOf(picture),
        picture.GetMetadata(PictureMetadata.Source),
        entry.Finding?.Outfit);

    private CaptionedPicture Regularization(ITaskItem picture) => new(
        picture.Id(),
        picture.GetMetadata(PictureMetadata.Class),
        picture.ItemSpec,
        Session.State.HashInput(picture.ItemSpec),
        picture.GetMetadata(PictureMetadata.Caption),
        RepeatsOf(picture),
        picture.GetMetadata(PictureMetadata.Source),
        Outfit: null);

    private void Place(string target, ContentHash content, Func<byte[]> read)
    {
        var key = new StepKey("Manifest", StepVersion).With("content", content).ToHash();
        if (Session.State.FindOutput(target, key) is not null)
            return;
        AtomicFile.Write(target, stream => stream.Write(read()));
        Session.State.RecordOutput(target, key, content);
    }
}
