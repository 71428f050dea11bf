using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Geometry;
using LoraBuild.Dataset.Features;
using LoraBuild.Dataset.Manifest;
using LoraBuild.Dataset.Pictures;
using LoraBuild.Dataset.Tags;
using LoraBuild.Settings;
using LoraBuild.Settings.Buckets;

namespace LoraBuild.Pages.Report;

/// <summary>Gathers from the steps' results what the report shows. Nothing of it depends on time, host or folder.</summary>
public static class ReportBuilder
{
    /// <summary>The report's data.</summary>
    public static ReportData Build(ReportSource source)
    {
        var buckets = BucketSelector.For(source.Settings);
        var groups = source.Manifest.Groups.Where(group => !group.IsRegularization).ToList();
        var pictures = groups
            .SelectMany(group => group.Pictures, (group, picture) => Describe(source, buckets, group, picture))
            .ToList();
        var used = Buckets(groups, pictures, source.Settings.TrainBatchSize);
        return new ReportData(
            source.Title,
            source.Manifest.Triggers,
            pictures,
            [.. groups.Select(group => new ReportGroup(group.Folder, group.Repeats, group.Pictures.Count))],
            Epoch(source.Manifest.SamplesPerEpoch, used.Sum(bucket => bucket.Batches), source.Settings),
            used,
            [
                .. source.Characters.SelectMany(
                    character => character.Outfits, (character, outfit) => new ReportOutfit(character.Trigger, outfit.Name, outfit.Tags)),
            ],
            [.. Warnings(source, pictures)],
            [.. source.Duplicates.OrderBy(pair => pair.Distance)]);
    }

    private static ReportPicture Describe(ReportSource source, BucketSelector buckets, DatasetGroup group, DatasetPicture picture)
    {
        var id = Path.GetFileNameWithoutExtension(picture.File);
        var tagged = source.Tagged[id].Tags;
        var final = source.Aligned[id];
        return new ReportPicture(
            id,
            picture.Source,
            source.CharacterOf[id],
            group.Folder,
            picture.Outfit,
            final.Finding?.Reason ?? "",
            picture.Width,
            picture.Height,
            BucketOf(buckets, picture),
            Raw(tagged),
            final.Tags.Tags,
            [
                .. Changes("Tag", tagged),
                .. Changes("StripFeatures", source.Stripped[id].Tags),
                .. Changes("Dedupe", source.Deduped[id].Tags),
                .. Changes("AlignOutfits", final.Tags),
            ],
            final.Finding?.Undecided ?? []);
    }

    // The ledger keeps the tags after corrections by hand; those that corrections took away come last.
    private static string[] Raw(PictureTags corrected)
    {
        var added =
            corrected.Changes.Where(change => change.Kind == TagChangeKind.Added).Select(change => change.Tag).ToHashSet(Tag.Comparer);
        var removed = corrected.Changes.Where(change => change.Kind != TagChangeKind.Added).Select(change => change.Tag);
        return [.. corrected.Tags.Where(tag => !added.Contains(tag)), .. removed.Where(tag => !added.Contains(tag))];
    }

    private static IEnumerable<ReportChange> Changes(string step, PictureTags tags) =>
        tags.Changes.Select(change => new ReportChange(step, change.Tag, change.Kind, change.Reason, change.By));

    private static string? BucketOf(BucketSelector buckets, DatasetPicture picture)
    {
        try
        {
            return buckets.Select(new PixelSize(picture.Width, picture.Height)).Bucket.ToString();
        }
        catch (LoraBuildException e) when (e.Diagnostic.Code == DiagnosticCode.PictureTooSmall)
        {
            // The training says so as an error; the report is there to look at it.
            return null;
        }
    }

    private static List<ReportBucket> Buckets(List<DatasetGroup> groups, List<ReportPicture> pictures, int batchSize)
    {
        var repeats = groups.ToDictionary(group => group.Folder, group => group.Repeats, StringComparer.Ordinal);
        return
        [
            .. pictures.Where(picture => picture.Bucket is not null)
                .GroupBy(picture => picture.Bucket!)
                .Select(bucket => (Size: bucket.Key, Count: bucket.Count(), Samples: bucket.Sum(picture => repeats[picture.Group])))
                .OrderBy(bucket => Side(bucket.Size, 0))
                .ThenBy(bucket => Side(bucket.Size, 1))
                .Select(bucket => new ReportBucket(bucket.Size, bucket.Count, bucket.Samples, DivideUp(bucket.Samples, batchSize))),
        ];

        static int Side(string size, int index) => int.Parse(size.Split('x')[index], CultureInfo.InvariantCulture);
    }

    private static ReportEpoch Epoch(int samples, int batches, TrainingSettings settings)
    {
        var epoch = DivideUp(samples, settings.TrainBatchSize);
        var (length, total) = settings.MaxTrainEpochs is { } passes
            ? (string.Create(CultureInfo.InvariantCulture, $"{passes} passes of {batches} batches"), (long)passes * batches)
            : (Length(settings.MaxTrainSteps, "max_train_steps"), settings.MaxTrainSteps.Steps(epoch));
        return new ReportEpoch(
            samples,
            settings.TrainBatchSize,
            epoch,
            batches,
            length,
            total,
            Length(settings.LrWarmupSteps, "lr_warmup_steps"),
            settings.LrWarmupSteps.Steps(epoch, total));

        static string Length(TrainingLength length, string option) => length.IsAutomatic
            ? $"{option} = {length}"
            : length.InEpochs ? string.Create(CultureInfo.InvariantCulture, $"{option} = {length.Count} EPOCH") : option;
    }

    private static IEnumerable<ReportWarning> Warnings(ReportSource source, List<ReportPicture> pictures)
    {
        var small = pictures.Where(picture => Math.Min(picture.Width, picture.Height) < source.MinPictureSize)
            .OrderBy(picture => picture.Id, StringComparer.Ordinal).ToList();
        if (small.Count > 0)
        {
            var message = string.Create(
                CultureInfo.InvariantCulture,
                $"Shorter than LoraMinPictureSize, {source.MinPictureSize} pixels, on a side: "
                + $"{PictureEnumeration.Of([.. small.Select(picture => $"{picture.Id} ({picture.Width} x {picture.Height})")])}. Find "
                + $"larger ones, or leave them out.");
            yield return new ReportWarning(DiagnosticCode.SmallPicture, message, [.. small.Select(picture => picture.Id)]);
        }

        foreach (var character in source.Characters)
        {
            var raw = pictures
                .Where(picture => Tag.Comparer.Equals(picture.Character, character.Trigger))
                .OrderBy(picture => picture.Id, StringComparer.Ordinal)
                .Select(picture => (picture.Id, source.Tagged[picture.Id].Tags.Tags))
                .ToList();
            var rare = new FeatureSurvey(character, raw, source.FeatureFrequency).Warnings();
            var contradictory = ContradictionTable.Default.Warnings(raw, source.Implications, character.File);
            foreach (var warning in rare.Concat(contradictory))
                yield return new ReportWarning(warning.Diagnostic.Code, warning.Diagnostic.Message, warning.Pictures);
        }
    }

    private static int DivideUp(int count, int by) => (count + by - 1) / by;
}
