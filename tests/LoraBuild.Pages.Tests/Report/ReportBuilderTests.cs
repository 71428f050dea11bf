using LoraBuild.Base.Geometry;
using LoraBuild.Dataset.Tags;
using LoraBuild.Pages.Report;
using LoraBuild.Settings;

namespace LoraBuild.Pages.Tests.Report;

public class ReportBuilderTests
{
    private static readonly TagEdit ByHand = new(["hat"], ["blurry"], new Dictionary<string, string>());

    private static readonly ReportData Report = ReportBuilder.Build(SmallReport.Of(
        new TrainingSettings(),
        ("a", "1girl, blurry, black hair, necktie, belt, standing, sitting", ByHand),
        ("b", "1girl, black hair, shirt, white shirt", null),
        ("c", "1girl, black hair, blue hair, necktie", null)));

    [Fact]
    public void A_picture_tells_what_the_tagger_said_and_what_became_of_it()
    {
        var picture = Report.Pictures[0];
        Assert.Equal(("a", "16_aoi", "race", "its 'when' holds"), (picture.Id, picture.Group, picture.Outfit, picture.OutfitReason));
        Assert.Equal(["1girl", "black hair", "necktie", "belt", "standing", "sitting", "blurry"], picture.Raw);
        Assert.Equal(["aoi", "yellow necktie", "belt", "standing", "sitting", "hat"], picture.Caption);
        Assert.Equal(["white footwear"], picture.Undecided);
    }

    [Fact]
    public void Every_tag_that_went_or_came_has_its_step_and_reason()
    {
        foreach (var picture in Report.Pictures)
        {
            var gone = picture.Raw.Except(picture.Caption);
            var come = picture.Caption.Except(picture.Raw);
            Assert.All(gone, tag => Assert.Contains(
                picture.Changes, change => change.Tag == tag && change.Kind != TagChangeKind.Added && change.Reason.Length > 0));
            Assert.All(come, tag => Assert.Contains(picture.Changes, change => change.Tag == tag && change.Kind == TagChangeKind.Added));
        }

        Assert.Equal(
            ["Tag", "StripFeatures", "AlignOutfits"], Report.Pictures[0].Changes.Select(change => change.Step).Distinct());
        Assert.Contains(
            new ReportChange("Dedupe", "shirt", TagChangeKind.Removed, "implied by white shirt", "white shirt"),
            Report.Pictures[1].Changes);
    }

    [Fact]
    public void The_epoch_is_the_articles_arithmetic() =>
        // 16 x 1 + 4 x 2 = 24 samples in batches of 4; two buckets.
        Assert.Equal(new ReportEpoch(24, 4, 6, 6, "max_train_steps = 10 EPOCH", 60, "lr_warmup_steps = auto", 6), Report.Epoch);

    [Fact]
    public void Buckets_have_the_pictures_that_they_would_have_in_training() =>
        Assert.Equal([new ReportBucket("576x576", 1, 4, 1), new ReportBucket("576x896", 2, 20, 5)], Report.Buckets);

    [Fact]
    public void Warnings_are_those_of_the_steps_with_all_their_pictures() =>
        Assert.Equal(
            [("LB3008", "a"), ("LB3008", "c")],
            Report.Warnings.Select(warning => (warning.Code, string.Join(' ', warning.Pictures))));

    [Fact]
    public void Small_pictures_are_a_warning_that_names_them()
    {
        var source = SmallReport.Of(
            new TrainingSettings(), ("a", "1girl", null), ("b", "1girl", null), ("c", "1girl", null)) with { MinPictureSize = 601 };
        var warning = Assert.Single(ReportBuilder.Build(source).Warnings, warning => warning.Code == "LB2008");
        Assert.Equal(["a", "b", "c"], warning.Pictures);
        Assert.Contains("a (600 x 900), b (600 x 900), c (600 x 600)", warning.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(ReportBuilder.Build(source with { MinPictureSize = 600 }).Warnings, warning => warning.Code == "LB2008");
    }

    [Fact]
    public void A_picture_that_fits_no_bucket_is_still_shown()
    {
        var source =
            SmallReport.Of(new TrainingSettings { Resolution = new PixelSize(32, 32), BucketResoSteps = 64 }, ("a", "1girl", null));
        Assert.Null(Assert.Single(ReportBuilder.Build(source).Pictures).Bucket);
    }

    [Fact]
    public void Passes_over_the_data_and_steps_are_told_as_they_are_set()
    {
        var epoch =
            ReportBuilder.Build(
                SmallReport.Of(
                    new TrainingSettings { MaxTrainEpochs = 3, LrWarmupSteps = new(7, InEpochs: false) }, ("a", "smile", null),
                    ("b", "smile", null))).Epoch;
        Assert.Equal(
            ("3 passes of 5 batches", 15, "lr_warmup_steps", 7),
            (epoch.TotalLength, epoch.TotalSteps, epoch.WarmupLength, epoch.WarmupSteps));
    }
}
