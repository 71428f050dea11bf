using static LoraBuild.Settings.TrainingOption;

namespace LoraBuild.Settings;

/// <summary>The options of what training sees of a picture, and of how it is read.</summary>
internal static class PictureOptions
{
    public static IReadOnlyList<TrainingOption> All() =>
    [
        Size(
            "resolution", 64, 4096,
            "The area of a training picture in pixels, as WIDTH,HEIGHT.",
            s => s.Resolution, (s, v) => s with { Resolution = v }),
        Flag(
            "enable_bucket",
            "Pictures keep about their aspect ratio instead of being cropped to the resolution.",
            s => s.EnableBucket, (s, v) => s with { EnableBucket = v }),
        Flag(
            "bucket_no_upscale",
            "No picture is enlarged; min_bucket_reso and max_bucket_reso do not count then.",
            s => s.BucketNoUpscale, (s, v) => s with { BucketNoUpscale = v }),
        Integer(
            "bucket_reso_steps", 8, 256,
            "The sides of a training picture are multiples of it, in pixels.",
            s => s.BucketResoSteps, (s, v) => s with { BucketResoSteps = v }),
        Integer(
            "min_bucket_reso", 64, 4096,
            "The shortest side of a training picture, in pixels.",
            s => s.MinBucketReso, (s, v) => s with { MinBucketReso = v }),
        Integer(
            "max_bucket_reso", 64, 4096,
            "The longest side of a training picture, in pixels.",
            s => s.MaxBucketReso, (s, v) => s with { MaxBucketReso = v }),
        Flag(
            "random_crop",
            "What a picture has more than its bucket is cut away at a random place instead of evenly on both sides.",
            s => s.RandomCrop, (s, v) => s with { RandomCrop = v }),
        Flag("flip_aug", "Half of the samples are mirrored left to right.", s => s.FlipAug, (s, v) => s with { FlipAug = v }),
        Flag(
            "color_aug",
            "A third of the samples get another hue or gamma, a little.",
            s => s.ColorAug, (s, v) => s with { ColorAug = v }),
        Flag(
            "alpha_mask",
            "The loss counts where a picture is opaque; what is transparent is not learnt.",
            s => s.AlphaMask, (s, v) => s with { AlphaMask = v }),
        Flag(
            "masked_loss",
            "The loss counts where `NAME.mask.png` beside a picture is white; pictures without one count everywhere.",
            s => s.MaskedLoss, (s, v) => s with { MaskedLoss = v }),
        Number(
            "prior_loss_weight", 0, 1000,
            "The weight of regularisation images in the loss.",
            s => s.PriorLossWeight, (s, v) => s with { PriorLossWeight = v }),
        Flag(
            "cache_latents",
            "Each picture is encoded once, before the training, and always seen as the same sample of its latents' distribution.",
            s => s.CacheLatents, (s, v) => s with { CacheLatents = v }),
        Flag(
            "cache_latents_to_disk",
            "What cache_latents encodes is kept in the cache, by content; it implies cache_latents.",
            s => s.CacheLatentsToDisk, (s, v) => s with { CacheLatentsToDisk = v }),
        Integer(
            "vae_batch_size", 1, 1024,
            "How many pictures the VAE encodes at a time.",
            s => s.VaeBatchSize, (s, v) => s with { VaeBatchSize = v }),
        Integer(
            "max_data_loader_n_workers", 0, 1024,
            "How many batches are made at the same time, ahead of the steps; no more than processors. 0: each when its step needs it.",
            s => s.MaxDataLoaderNWorkers, (s, v) => s with { MaxDataLoaderNWorkers = v }),
        Flag(
            "persistent_data_loader_workers",
            "Decoded pictures are kept from one epoch to the next.",
            s => s.PersistentDataLoaderWorkers, (s, v) => s with { PersistentDataLoaderWorkers = v }),
    ];
}
