using LoraBuild.Dataset.CharacterFiles;
using LoraBuild.Dataset.Characters;
using LoraBuild.Dataset.Dedupe;
using LoraBuild.Dataset.Features;
using LoraBuild.Dataset.Ledgers;
using LoraBuild.Dataset.Manifest;
using LoraBuild.Dataset.Outfits;
using LoraBuild.Dataset.Tags;
using LoraBuild.Pages.Report;
using LoraBuild.Settings;

namespace LoraBuild.Tests;

/// <summary>A dataset that went through the steps as a build does it, to report on.</summary>
internal static class SmallReport
{
    public static Character Aoi { get; } =
        CharacterFile.Parse(
            "trigger: aoi\noutfits: {race: {when: {any: [necktie]}, tags: [yellow necktie, belt, white footwear]}}",
            "character.yaml").Character!;

    /// <summary>The source of a report on pictures of these raw tags, the first half of them in the group of 16 repeats.</summary>
    public static ReportSource Of(TrainingSettings settings, params (string Id, string Raw, TagEdit? Edit)[] pictures)
    {
        var tagged = Ledger(pictures.Select(
            picture => (picture.Id, TagEdit.Apply(TagList.Parse(picture.Raw), picture.Edit is null ? [] : [picture.Edit]))));
        var stripper = new FeatureStripper(Aoi);
        var stripped = Ledger(tagged.Select(entry => (entry.Id, stripper.Strip(entry.Tags))));
        var deduplicator = new TagDeduplicator(Aoi, ImplicationTable.Danbooru);
        var deduped = Ledger(stripped.Select(entry => (entry.Id, deduplicator.Deduplicate(entry.Tags))));
        var aligner = new OutfitAligner(Aoi, AlignmentOptions.Default);
        var aligned = new TagLedger([.. deduped.Select(entry =>
        {
            var result = aligner.Align(entry.Tags, new PictureEvidence(tagged[entry.Id].Tags.Tags), null, []);
            return new TagLedgerEntry(entry.Id, default, result.Tags, result.Finding);
        })]);
        var half = pictures.Length / 2;
        var manifest = new DatasetManifest(["aoi"], [Group(16, pictures[..half]), Group(4, pictures[half..])]);
        return new ReportSource(
            "Small <project>", [Aoi], pictures.ToDictionary(picture => picture.Id, _ => "aoi"), manifest, settings,
            ImplicationTable.Danbooru, 0,
            tagged, stripped, deduped, aligned, [], 256);

        DatasetGroup Group(
            int repeats,
            (string Id, string Raw, TagEdit? Edit)[] members) => new($"{repeats}_aoi", repeats, [.. members.Select((member, index) =>
            new DatasetPicture(
                member.Id + ".png", "", 600, index % 2 == 0 ? 900 : 600, "", $"images/{member.Id}.png",
                aligned[member.Id].Finding!.Outfit))]);
    }

    private static TagLedger Ledger(IEnumerable<(string Id, PictureTags Tags)> pictures) =>
        new([.. pictures.Select(picture => new TagLedgerEntry(picture.Id, default, picture.Tags))]);
}
