using System.Globalization;
using LoraBuild.Base.Files;
using LoraBuild.Dataset.CharacterFiles;
using LoraBuild.Dataset.Ledgers;
using LoraBuild.Dataset.Tags;
using LoraBuild.Tasks.Items;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// ExportTags: writes each picture's tags as they are before StripFeatures into the tag file beside it, where an author can edit them; from
/// then on that file replaces the tagger. A tag file that is there stays as it is, unless the author says otherwise.
/// </summary>
public sealed class ExportTags : LoraTask
{
    /// <summary>Items of <see cref="TagPictures"/>.</summary>
    [Required]
    public ITaskItem[] Pictures { get; set; } = [];

    /// <summary>The ledger of raw tags.</summary>
    [Required]
    public string TagsFile { get; set; } = "";

    /// <summary>Whether tag files that are there are written anew, in one spelling and with the corrections of character.yaml.</summary>
    public bool Overwrite { get; set; }

    /// <inheritdoc/>
    protected override void Run()
    {
        var tags = TagLedger.Read(TagsFile);
        var names = PictureResolver.NewTagFiles(Pictures.Select(
            picture => (picture.GetMetadata(PictureMetadata.SourcePath), picture.GetMetadata(PictureMetadata.Part) is { Length: > 0 } part ? part : null)));
        // A file that two pictures read can hold the tags of one of them only.
        var readers = Pictures.CountBy(picture => picture.GetMetadata(PictureMetadata.TagFile), StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        var written = 0;
        foreach (var (picture, name) in Pictures.Zip(names))
        {
            CancellationToken.ThrowIfCancellationRequested();
            var there = picture.GetMetadata(PictureMetadata.TagFile);
            if (there.Length > 0 && !Overwrite)
                continue;
            var target = there.Length > 0 && readers[there] == 1 ? there : name;
            AtomicFile.WriteText(target, TagList.Format(tags[picture.Id()].Tags.Tags) + "\n");
            written++;
        }

        var kept = Pictures.Length - written;
        Say(string.Create(
            CultureInfo.InvariantCulture,
            $"ExportTags: {written} tag files written{(kept > 0 ? $", {kept} left as they are (-p:LoraOverwriteTagFiles=true writes them anew)" : "")}"));
    }
}
