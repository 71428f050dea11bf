using LoraBuild.Base.Geometry;

namespace LoraBuild.Settings;

/// <content>What training sees of a picture, and how it is read.</content>
public sealed partial record TrainingSettings
{
    /// <summary><c>resolution</c>: the area of a training picture, in pixels; each side 64 to 4096.</summary>
    public PixelSize Resolution { get; init; } = new(768, 768);

    /// <summary><c>enable_bucket</c>: pictures keep about their aspect ratio; otherwise all are cropped to <see cref="Resolution"/>.</summary>
    public bool EnableBucket { get; init; } = true;

    /// <summary><c>bucket_no_upscale</c>: no picture is enlarged; <see cref="MinBucketReso"/> and <see cref="MaxBucketReso"/> do not count then.</summary>
    public bool BucketNoUpscale { get; init; } = true;

    /// <summary><c>bucket_reso_steps</c>: sides of buckets are multiples of it; a multiple of 8 from 8 to 256, in pixels.</summary>
    public int BucketResoSteps { get; init; } = 64;

    /// <summary><c>min_bucket_reso</c>: shortest side of a bucket, in pixels.</summary>
    public int MinBucketReso { get; init; } = 256;

    /// <summary><c>max_bucket_reso</c>: longest side of a bucket, in pixels.</summary>
    public int MaxBucketReso { get; init; } = 1024;

    /// <summary><c>random_crop</c>: what a picture has more than its bucket is cut away at a random place, else evenly on both sides.</summary>
    public bool RandomCrop { get; init; } = true;

    /// <summary><c>flip_aug</c>: half of the samples are mirrored left to right.</summary>
    public bool FlipAug { get; init; }

    /// <summary><c>color_aug</c>: a third of the samples get another hue or gamma, a little.</summary>
    public bool ColorAug { get; init; }

    /// <summary><c>alpha_mask</c>: the loss counts in proportion to a picture's opacity.</summary>
    public bool AlphaMask { get; init; }

    /// <summary><c>masked_loss</c>: the loss counts in proportion to the brightness of the mask picture beside a picture.</summary>
    public bool MaskedLoss { get; init; }

    /// <summary><c>prior_loss_weight</c>: the weight of regularisation images in the loss; at least 0.</summary>
    public double PriorLossWeight { get; init; } = 1;

    /// <summary><c>cache_latents</c>: each picture is encoded once and always seen as the same sample of its latents' distribution.</summary>
    public bool CacheLatents { get; init; }

    /// <summary><c>cache_latents_to_disk</c>: what is encoded is kept in the cache; implies <see cref="CacheLatents"/>.</summary>
    public bool CacheLatentsToDisk { get; init; }

    /// <summary><c>vae_batch_size</c>: how many pictures the VAE encodes at a time; at least 1.</summary>
    public int VaeBatchSize { get; init; } = 1;

    /// <summary><c>max_data_loader_n_workers</c>: how many batches are made at the same time, ahead of the steps; 0: none ahead.</summary>
    public int MaxDataLoaderNWorkers { get; init; } = 8;

    /// <summary><c>persistent_data_loader_workers</c>: decoded pictures are kept from one epoch to the next.</summary>
    public bool PersistentDataLoaderWorkers { get; init; } = true;

    /// <summary>Whether pictures carry a mask of what the loss counts.</summary>
    public bool UsesMasks => AlphaMask || MaskedLoss;

    /// <summary>Whether each picture is encoded once, before the training.</summary>
    public bool UsesCachedLatents => CacheLatents || CacheLatentsToDisk;

    private IEnumerable<string> PictureContradictions()
    {
        if (EnableBucket && !BucketNoUpscale)
        {
            if (MinBucketReso > MaxBucketReso)
                yield return $"LoraMinBucketReso ({MinBucketReso}) is larger than LoraMaxBucketReso ({MaxBucketReso}). Swap them.";
            if (Math.Min(Resolution.Width, Resolution.Height) < MinBucketReso - (MinBucketReso % BucketResoSteps))
                yield return $"LoraResolution ({Resolution.Width},{Resolution.Height}) has a side shorter than LoraMinBucketReso ({MinBucketReso}). Lower LoraMinBucketReso.";
            if (Math.Max(Resolution.Width, Resolution.Height) > MaxBucketReso)
                yield return $"LoraResolution ({Resolution.Width},{Resolution.Height}) has a side longer than LoraMaxBucketReso ({MaxBucketReso}). Raise LoraMaxBucketReso.";
        }

        if (BucketResoSteps % 8 != 0)
            yield return $"LoraBucketResoSteps is {BucketResoSteps}; it must be a multiple of 8, because a latent stands for 8x8 pixels.";
        if (!EnableBucket && (Resolution.Width % 8 != 0 || Resolution.Height % 8 != 0))
            yield return $"LoraResolution ({Resolution.Width},{Resolution.Height}) must have sides that are multiples of 8 when LoraEnableBucket is false.";
        if (EnableBucket && Math.Min(Resolution.Width, Resolution.Height) < BucketResoSteps)
            yield return $"LoraResolution ({Resolution.Width},{Resolution.Height}) has a side shorter than LoraBucketResoSteps ({BucketResoSteps}). Lower LoraBucketResoSteps.";

        if (UsesCachedLatents && (RandomCrop || ColorAug))
        {
            yield return $"{(CacheLatents ? "LoraCacheLatents" : "LoraCacheLatentsToDisk")} keeps one encoding of each picture, but "
                + $"{(RandomCrop ? "LoraRandomCrop" : "LoraColorAug")} shows it differently each time. Set one of them to false.";
        }
    }
}
