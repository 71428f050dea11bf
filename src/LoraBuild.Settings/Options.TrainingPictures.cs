using LoraBuild.Base.Geometry;
using static LoraBuild.Settings.OptionKind;
using static LoraBuild.Settings.SdScriptsPlace;

namespace LoraBuild.Settings;

/// <content>Pictures as the training sees them, and how they are read.</content>
public static partial class Options
{
    public static readonly Option<PixelSize?> Resolution = OfSdScripts(
        Topic.TrainingPictures, "resolution", Size(64, 4096).OrEmpty(), null,
        "The area of a training picture in pixels, as WIDTH,HEIGHT.", InDataset, rule: "1024,1024 for SDXL, 768,768 for others");

    public static readonly Option<bool> EnableBucket = OfSdScripts(
        Topic.TrainingPictures, "enable_bucket", Flag, true,
        "Pictures keep about their aspect ratio instead of being cropped to the resolution.", InDataset, "false");

    public static readonly Option<bool> BucketNoUpscale = OfSdScripts(
        Topic.TrainingPictures, "bucket_no_upscale", Flag, true,
        "No picture is enlarged; `min_bucket_reso` and `max_bucket_reso` do not count then.", InDataset, "false",
        needs: Where("with LoraEnableBucket", settings => settings.EnableBucket));

    public static readonly Option<int> BucketResoSteps = OfSdScripts(
        Topic.TrainingPictures, "bucket_reso_steps", Whole(8, 256), 64,
        "The sides of a training picture are multiples of it, in pixels.", InDataset,
        needs: Where("with LoraEnableBucket", settings => settings.EnableBucket));

    public static readonly Option<int> MinBucketReso = OfSdScripts(
        Topic.TrainingPictures, "min_bucket_reso", Whole(64, 4096), 256,
        "The shortest side of a training picture, in pixels.", InDataset,
        needs: Where(
            "with LoraEnableBucket and without LoraBucketNoUpscale",
            settings => settings is { EnableBucket: true, BucketNoUpscale: false }));

    public static readonly Option<int> MaxBucketReso = OfSdScripts(
        Topic.TrainingPictures, "max_bucket_reso", Whole(64, 4096), 1024,
        "The longest side of a training picture, in pixels.", InDataset,
        needs: Where(
            "with LoraEnableBucket and without LoraBucketNoUpscale",
            settings => settings is { EnableBucket: true, BucketNoUpscale: false }));

    public static readonly Option<bool> RandomCrop = OfSdScripts(
        Topic.TrainingPictures, "random_crop", Flag, true,
        "The part of a picture that its bucket does not hold is cut away at a random place, instead of evenly on both "
            + "sides.", InDataset, "false");

    public static readonly Option<bool> FlipAug = OfSdScripts(
        Topic.TrainingPictures, "flip_aug", Flag, false,
        "Half of the samples are mirrored left to right.", InDataset);

    public static readonly Option<bool> ColorAug = OfSdScripts(
        Topic.TrainingPictures, "color_aug", Flag, false,
        "A third of the samples get another hue or gamma, a little.", InDataset);

    public static readonly Option<bool> AlphaMask = OfSdScripts(
        Topic.TrainingPictures, "alpha_mask", Flag, false,
        "The loss counts where a picture is opaque; what is transparent is not learnt.");

    public static readonly Option<bool> MaskedLoss = OfSdScripts(
        Topic.TrainingPictures, "masked_loss", Flag, false,
        "The loss counts where `NAME.mask.png` beside a picture is white; pictures without one count everywhere.");

    public static readonly Option<double> PriorLossWeight = OfSdScripts(
        Topic.TrainingPictures, "prior_loss_weight", Number(0, 1000), 1,
        "The weight of regularisation images in the loss.");

    public static readonly Option<bool> CacheLatents = OfSdScripts(
        Topic.TrainingPictures, "cache_latents", Flag, false,
        "Each picture is encoded once, before the training, and always seen as the same sample of its latents' distribution.");

    public static readonly Option<bool> CacheLatentsToDisk = OfSdScripts(
        Topic.TrainingPictures, "cache_latents_to_disk", Flag, false,
        "The encodings of `cache_latents` are kept in the cache, by content. Implies `cache_latents`.");

    public static readonly Option<int> VaeBatchSize = OfSdScripts(
        Topic.TrainingPictures, "vae_batch_size", Whole(1, 1024), 1,
        "The number of pictures that the VAE encodes at a time.");

    public static readonly Option<int> MaxDataLoaderNWorkers = OfSdScripts(
        Topic.TrainingPictures, "max_data_loader_n_workers", Whole(0, 1024), 8,
        "The number of batches that are made at the same time, ahead of the steps; at most one a processor. 0: each when its step "
            + "needs it.", steps: Steps.Previews);

    public static readonly Option<bool> PersistentDataLoaderWorkers = OfSdScripts(
        Topic.TrainingPictures, "persistent_data_loader_workers", Flag, true,
        "Decoded pictures are kept from one epoch to the next.", sdScriptsDefault: "false", steps: Steps.Previews);
}
