using System.Text.Json;
using FsCheck.Xunit;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Geometry;
using LoraBuild.Settings.Buckets;

namespace LoraBuild.Settings.Tests.Buckets;

public class BucketSelectorTests
{
    /// <summary>The cases of buckets.json: what sd-scripts answers for 49 sizes under each of four settings.</summary>
    public static TheoryData<string> Cases =>
        ["res768_no_upscale_true", "res768_no_upscale_false", "res512_no_upscale_true", "res512_no_upscale_false"];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Every_size_goes_where_sd_scripts_puts_it(string name)
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Buckets", "buckets.json")));
        var expected = file.RootElement.GetProperty("cases").GetProperty(name);
        var side = int.Parse(name.AsSpan(3, 3), System.Globalization.CultureInfo.InvariantCulture);
        var selector = new BucketSelector(
            new(side, side), enableBucket: true, noUpscale: name.EndsWith("true", StringComparison.Ordinal), 256, 1024, 64);

        var rows = expected.GetProperty("rows").EnumerateArray().ToList();
        Assert.Equal(49, rows.Count);
        Assert.All(rows, row =>
        {
            var placement = selector.Select(Size(row.GetProperty("size")));
            Assert.Equal(Size(row.GetProperty("bucket")), placement.Bucket);
            Assert.Equal(Size(row.GetProperty("resized")), placement.Resized);
            var crop = row.GetProperty("crop_left_top");
            Assert.Equal((crop[0].GetInt32(), crop[1].GetInt32()), placement.CentreCrop);
            Assert.Equal(row.GetProperty("ar_error").GetDouble(), placement.AspectRatioError, 1e-12);
        });
        var predefined = expected.GetProperty("predefined_resos");
        if (predefined.ValueKind == JsonValueKind.Array)
            Assert.Equal(predefined.EnumerateArray().Select(Size), selector.Predefined);
    }

    [Fact]
    public void A_picture_for_which_sd_scripts_divides_by_zero_is_named_with_its_cure()
    {
        var selector = new BucketSelector(new(128, 128), enableBucket: true, noUpscale: true, 64, 192, 64);

        var problem = Assert.Throws<LoraBuildException>(() => selector.Select(new(200, 90), "images/wide.png")).Diagnostic;

        Assert.Equal(DiagnosticCode.PictureTooSmall, problem.Code);
        Assert.Equal("images/wide.png", problem.File);
        Assert.Contains("200x90", problem.Message, StringComparison.Ordinal);
        Assert.Contains("LoraBucketResoSteps", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_picture_smaller_than_a_step_fits_no_bucket_when_it_must_not_be_enlarged()
    {
        var selector = new BucketSelector(new(512, 512), enableBucket: true, noUpscale: true, 256, 1024, 64);

        Assert.Equal(
            DiagnosticCode.PictureTooSmall, Assert.Throws<LoraBuildException>(() => selector.Select(new(40, 300))).Diagnostic.Code);
    }

    [Fact]
    public void Without_buckets_every_picture_covers_the_resolution()
    {
        var selector = new BucketSelector(new(512, 768), enableBucket: false, noUpscale: true, 256, 1024, 64);

        Assert.Equal(new(new(512, 768), new(1536, 768), (512.0 / 768) - 2), selector.Select(new(1000, 500)));
        Assert.Equal(new(512, 768), selector.Select(new(10, 15)).Resized);
    }

    [Property]
    public bool A_bucket_is_made_of_steps_lies_inside_the_resized_picture_and_never_exceeds_the_area(
        ushort width, ushort height, bool noUpscale)
    {
        var picture = new PixelSize((width % 4000) + 64, (height % 4000) + 64);
        var selector = new BucketSelector(new(512, 512), enableBucket: true, noUpscale, 256, 1024, 64);
        BucketPlacement placement;
        try
        {
            placement = selector.Select(picture);
        }
        catch (LoraBuildException)
        {
            return noUpscale && Math.Max(picture.AspectRatio, 1 / picture.AspectRatio) > 4;
        }

        var (bucket, resized) = (placement.Bucket, placement.Resized);
        return bucket.Width % 64 == 0 && bucket.Height % 64 == 0 && bucket.Area <= 512 * 512
            && bucket.Width <= resized.Width && bucket.Height <= resized.Height
            && (!noUpscale || (resized.Width <= picture.Width && resized.Height <= picture.Height));
    }

    private static PixelSize Size(JsonElement pair) => new(pair[0].GetInt32(), pair[1].GetInt32());
}
