using System.Globalization;
using LoraBuild.Base.Files;
using LoraBuild.Dataset.CharacterFiles;
using LoraBuild.Dataset.Tags;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// ExportTags: writes each picture's tags as they are before StripFeatures into the tag file beside it, where an author can edit them; from
/// then on that file replaces the tagger. A tag file that is there stays as it is, unless the author says otherwise.
/// </summary>
public sealed class ExportTags : LoraTask
{
    /// <summary>The ledger of raw tags.</summary>
    [Required]
    public string TagsFile { get; set; } = "";

    /// <summary>True to write tag files anew that are there, in one spelling and with the corrections of character.yaml.</summary>
    public bool Overwrite { get; set; }

    /// <inheritdoc/>
    protected override void Run()
    {
        var tags = Session.ReadLedger(TagsFile);
        var names = PictureResolver.NewTagFiles(Session.Pictures.Select(picture => (picture.SourcePath, picture.Part)));
        // A file that two pictures read can hold the tags of one of them only.
        var readers =
            Session.Pictures.CountBy(picture => picture.TagFile ?? "", StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        var written = 0;
        foreach (var (picture, name) in Session.Pictures.Zip(names))
        {
            CancellationToken.ThrowIfCancellationRequested();
            if (picture.TagFile is not null && !Overwrite)
                continue;
            var target = picture.TagFile is { } there && readers[there] == 1 ? there : name;
            AtomicFile.WriteText(target, TagList.Format(tags[picture.Id].Tags.Tags) + "\n");
            written++;
        }

        var kept = Session.Pictures.Count - written;
        Say(string.Create(
            CultureInfo.InvariantCulture,
            $"ExportTags: {written} tag files "
            + $"written{(kept > 0 ? $", {kept} left as they are (-p:LoraOverwriteTagFiles=true writes them anew)" : "")}"));
    }
}
