using System.Globalization;
using System.Text;
using LoraBuild.Base.Files;
using LoraBuild.Dataset.Outfits;
using LoraBuild.Dataset.Tags;
using LoraBuild.Tasks.Steps;
using Microsoft.Build.Framework;

namespace LoraBuild.Tasks;

/// <summary>
/// SuggestOutfits: what the pictures' tags have in common, as the <c>outfits:</c> of a character.yaml for the author to paste.
/// </summary>
public sealed class SuggestOutfits : LoraTask
{
    /// <summary>The ledger of raw tags.</summary>
    [Required]
    public string TaggedFile { get; set; } = "";

    /// <summary>The author's own table of implications, or nothing.</summary>
    public ITaskItem? Implications { get; set; }

    /// <summary>The folder for one file a character, named after her trigger word.</summary>
    [Required]
    public string Folder { get; set; } = "";

    /// <inheritdoc/>
    protected override void Run()
    {
        var tagged = Session.ReadLedger(TaggedFile);
        var suggester = new OutfitSuggester(OwnImplications.Read(Session, PathOf(Implications)).Table, GarmentTable.Default);
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var own in Session.Pictures.GroupBy(picture => picture.Character, Tag.Comparer))
        {
            var outfits = suggester.Suggest([.. own.Select(picture => (picture.Id, tagged[picture.Id].Tags.Tags))]);
            if (outfits.Count == 0)
            {
                Say($"SuggestOutfits: no two pictures of {own.Key} show the same clothes");
                continue;
            }

            var path = Path.Combine(Folder, $"{NameFor(own.Key, taken)}.yaml");
            AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(SuggestedOutfit.ToYaml(outfits))));
            Say(string.Create(
                CultureInfo.InvariantCulture,
                $"SuggestOutfits: {outfits.Count} {(outfits.Count == 1 ? "outfit" : "outfits")} of {own.Key} -> {path}"));
        }
    }

    // Trigger words that differ only in what file names cannot hold.
    private static string NameFor(string trigger, HashSet<string> taken)
    {
        var name = InnerPath.SafeName(trigger);
        for (var number = 2; !taken.Add(name); number++)
            name = string.Create(CultureInfo.InvariantCulture, $"{InnerPath.SafeName(trigger)}-{number}");
        return name;
    }
}
