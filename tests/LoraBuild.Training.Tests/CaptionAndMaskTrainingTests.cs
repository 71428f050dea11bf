using LoraBuild.Base.Hashing;
using LoraBuild.Imaging;
using LoraBuild.Imaging.Png;

namespace LoraBuild.Training.Tests;

[Trait("Speed", "Slow")]
public class CaptionAndMaskTrainingTests
{
    [Fact]
    public void Weighted_captions_masks_and_regularisation_images_reach_the_loss_the_same_way_each_time()
    {
        using var folder = new TemporaryFolder();
        var settings = SmallDataset.Settings with
        {
            MaxTrainEpochs = null, MaxTrainSteps = new(3, InEpochs: false), MaskedLoss = true, WeightedCaptions = true,
            EnableWildcard = true,
            PriorLossWeight = 0.5, KeepTokens = 1, CaptionTagDropoutRate = 0.2,
        };
        var job = SmallDataset.Job(folder, settings);
        foreach (var picture in Directory.GetFiles(Path.Combine(job.DatasetFolder, "2_aoi")))
            Mask(picture);
        var captioned = job.Manifest with
        {
            Groups =
            [
                .. job.Manifest.Groups.Select((group, i) => group with
                {
                    IsRegularization = i == 1,
                    Pictures =
                    [
                        .. group.Pictures.Select(picture => picture with
                        {
                            Caption = "aoi, (white shirt:1.5), {smile|frown}, [hat]",
                            Sha256 = ContentHash.OfFile(Path.Combine(job.DatasetFolder, group.Folder, picture.File)).ToString(),
                        }),
                    ],
                }),
            ],
        };

        var full = Trainer.Run(job with { Manifest = captioned });
        var again =
            Trainer.Run(job with { Manifest = captioned, OutputFolder = folder.File("again"), StateFile = folder.File("again", "state") });
        var unmasked = Trainer.Run(job with
        {
            Manifest = captioned, Settings = settings with { MaskedLoss = false }, OutputFolder = folder.File("other"),
            StateFile = folder.File("other", "state"),
        });

        Assert.Equal(full.Losses, again.Losses);
        Assert.Equal(File.ReadAllBytes(full.Files[^1]), File.ReadAllBytes(again.Files[^1]));
        Assert.NotEqual(full.Losses, unmasked.Losses);
        Assert.All(full.Losses, loss => Assert.True(double.IsFinite(loss) && loss > 0));
    }

    // The left half of the picture is not learnt.
    private static void Mask(string path)
    {
        var picture = PictureDecoder.Decode(path).Raster;
        for (var i = 3; i < picture.Pixels.Length; i += 4)
            picture.Pixels[i] = i / 4 % picture.Width < picture.Width / 2 ? (byte)0 : (byte)255;
        PngEncoder.Encode(picture, path);
    }
}
