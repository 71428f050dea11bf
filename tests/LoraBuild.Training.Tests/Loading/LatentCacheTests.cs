using LoraBuild.Diffusion;
using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.Incremental.Caching;
using LoraBuild.Settings;
using LoraBuild.Training.Data;

namespace LoraBuild.Training.Tests.Loading;

public class LatentCacheTests
{
    private static readonly TrainingSettings Settings =
        SmallDataset.Settings with { RandomCrop = false, CacheLatentsToDisk = true, FlipAug = true };

    [Fact]
    public void Every_picture_and_its_mirror_image_is_encoded_once_and_found_by_content_afterwards()
    {
        using var folder = new TemporaryFolder();
        using var model = (StableDiffusionModel)ModelFamilies.Load(SmallDataset.Model, ScalarType.Float32);
        var (first, encoded) = Fill(model, folder, Settings);
        using (first)
        {
            Assert.Equal((12, 12), (encoded, first.Count));
            var (second, again) = Fill(model, folder, Settings);
            using (second)
            {
                Assert.Equal(0, again);
                Assert.Equal(Numbers(first), Numbers(second));
            }
        }
    }

    [Fact]
    public void Another_seed_draws_another_sample_of_the_same_distributions()
    {
        using var folder = new TemporaryFolder();
        using var model = (StableDiffusionModel)ModelFamilies.Load(SmallDataset.Model, ScalarType.Float32);
        Fill(model, folder, Settings).Cache.Dispose();

        var (other, encoded) = Fill(model, folder, Settings with { Seed = 7 });
        using (other)
        {
            using var same = Fill(model, folder, Settings).Cache;
            Assert.Equal(0, encoded);
            Assert.NotEqual(Numbers(same), Numbers(other));
        }
    }

    [Fact]
    public void What_the_latents_follow_from_is_never_found_stale()
    {
        using var folder = new TemporaryFolder();
        using var model = (StableDiffusionModel)ModelFamilies.Load(SmallDataset.Model, ScalarType.Float32);
        Fill(model, folder, Settings).Cache.Dispose();

        Assert.Equal(12, Encoded(Settings with { Resolution = new(64, 64) }));
        // Two pictures are alone in their buckets, and encoded together with none other as before.
        Assert.Equal(8, Encoded(Settings with { VaeBatchSize = 2 }));
        Assert.Equal(0, Encoded(Settings with { VaeBatchSize = 2 }));
        Assert.Equal(0, Encoded(Settings with { ShuffleCaption = false, FlipAug = false }));

        int Encoded(TrainingSettings settings)
        {
            var (cache, encoded) = Fill(model, folder, settings);
            cache.Dispose();
            return encoded;
        }
    }

    [Fact]
    public void Pictures_that_are_encoded_together_have_about_the_latents_that_they_have_alone()
    {
        using var folder = new TemporaryFolder();
        using var model = (StableDiffusionModel)ModelFamilies.Load(SmallDataset.Model, ScalarType.Float32);
        using var alone = Fill(model, folder, Settings).Cache;
        using var together = Fill(model, folder, Settings with { VaeBatchSize = 4 }).Cache;

        Assert.All(Numbers(alone).Zip(Numbers(together)), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void A_training_on_cached_latents_ends_with_the_same_bits_when_they_come_from_disk()
    {
        using var folder = new TemporaryFolder();
        var settings = Settings with { MaxTrainEpochs = null, MaxTrainSteps = new(2, InEpochs: false) };
        var log = new List<string>();
        var first = Trainer.Run(SmallDataset.Job(folder, settings, "first") with { CachePath = folder.File("store") }, log: log.Add);
        var second = Trainer.Run(SmallDataset.Job(folder, settings, "second") with { CachePath = folder.File("store") }, log: log.Add);

        Assert.Equal(
            ["Latents: 12 pictures encoded, 0 from the cache.", "Latents: 0 pictures encoded, 12 from the cache."],
            log.Where(line => line.StartsWith("Latents", StringComparison.Ordinal)));
        Assert.Equal(File.ReadAllBytes(first.Files[^1]), File.ReadAllBytes(second.Files[^1]));
        // No latents are left beside it.
        Assert.Equal(
            ["aoi.safetensors", "state.safetensors"],
            Directory.GetFiles(folder.File("second")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private static (LatentCache Cache, int Encoded) Fill(StableDiffusionModel model, TemporaryFolder folder, TrainingSettings settings)
    {
        var job = SmallDataset.Job(folder, settings);
        var cache = new LatentCache(
            new(model.Vae), settings, new ContentStore(folder.File("store")), folder.File("scratch"));
        var encoded = cache.Fill(TrainingDataset.Create(job.DatasetFolder, job.Manifest, settings), new(new(1 << 24)));
        return (cache, encoded);
    }

    private static float[] Numbers(LatentCache cache)
    {
        using var scope = NewDisposeScope();
        return [.. cache.Views.SelectMany(view => cache[view].data<float>().ToArray())];
    }
}
