using System.Globalization;
using System.Text;
using LoraBuild.Core.Caching;
using LoraBuild.Core.Captions;
using LoraBuild.Core.Files;
using LoraBuild.Core.Manifest;
using LoraBuild.Core.Tags;
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
        var tags = Session.ReadLedger(TagsFile);
        var pictures = Pictures.Select(picture => Captioned(picture, tags[picture.Id()])).ToDictionary(picture => picture.Id);
        var others = RegularizationPictures.Select(Regularization).ToDictionary(picture => picture.Id);
        var manifest = DatasetLayout.Arrange([.. Session.Characters.Select(character => character.Trigger)], pictures.Values, others.Values);
        foreach (var group in manifest.Groups)
        {
            foreach (var described in group.Pictures)
            {
                CancellationToken.ThrowIfCancellationRequested();
                var picture = (group.IsRegularization ? others : pictures)[Path.GetFileNameWithoutExtension(described.File)];
                var target = Path.Combine(Folder, group.Folder, described.File);
                Place(target, picture.Content, () => File.ReadAllBytes(picture.Png));
                var caption = Encoding.UTF8.GetBytes(picture.Caption);
                Place(Path.ChangeExtension(target, ".txt"), ContentHash.Of(caption), () => caption);
            }
        }

        var json = DatasetFile.Serialize(manifest);
        Place(Path.Combine(Folder, DatasetFile.Name), ContentHash.Of(json), () => json);
        Session.Sweep(Folder, Session.State.IsSeen);
        var counts = string.Join(" + ", manifest.Groups.Where(group => !group.IsRegularization).Select(group => $"{group.Repeats}x{group.Pictures.Count}"));
        var ofClass = others.Count == 0 ? "" : $", and as many of {others.Count} regularisation images";
        Say($"Manifest: {pictures.Count} pictures, {manifest.SamplesPerEpoch} samples an epoch ({counts}){ofClass}");
    }

    private CaptionedPicture Captioned(ITaskItem picture, TagLedgerEntry entry) => new(
        picture.Id(),
        picture.GetMetadata(PictureMetadata.Character),
        picture.ItemSpec,
        Session.State.HashInput(picture.ItemSpec),
        Caption.Of(entry.Tags.Tags),
        int.Parse(picture.GetMetadata(PictureMetadata.Repeats), CultureInfo.InvariantCulture),
        picture.GetMetadata(PictureMetadata.Source),
        entry.Finding?.Outfit);

    private CaptionedPicture Regularization(ITaskItem picture) => new(
        picture.Id(),
        picture.GetMetadata(PictureMetadata.Class),
        picture.ItemSpec,
        Session.State.HashInput(picture.ItemSpec),
        picture.GetMetadata(PictureMetadata.Caption),
        int.Parse(picture.GetMetadata(PictureMetadata.Repeats), CultureInfo.InvariantCulture),
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
