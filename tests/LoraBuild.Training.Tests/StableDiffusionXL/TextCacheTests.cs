namespace LoraBuild.Training.Tests.StableDiffusionXL;

/// <summary>Trainings whose captions are encoded once.</summary>
public class TextCacheTests
{
    [Fact]
    public void A_training_is_the_same_with_texts_that_are_cached_or_found_in_the_store()
    {
        using var folder = new TemporaryFolder();
        var settings = SmallDataset.Settings with
        {
            MaxTrainEpochs = 1, ShuffleCaption = false, NetworkTrainUnetOnly = true, FlipAug = true, NoiseOffset = 0,
        };

        var (plain, _) = Train("plain", settings);
        var toDisk = settings with { CacheTextEncoderOutputsToDisk = true };
        var (first, told) = Train("first", toDisk);
        var (second, toldAgain) = Train("second", toDisk);

        // Six pictures of sizes of their own, and their mirror images, of which only a cropped one is told otherwise.
        Assert.Contains(told, line => line.StartsWith("Texts: ", StringComparison.Ordinal) && !line.Contains(" 0 captions encoded"));
        Assert.Contains(toldAgain, line => line.StartsWith("Texts: 0 captions encoded, ", StringComparison.Ordinal));
        Assert.Equal(first, second);
        // Captions that are encoded alone differ from those of a batch by rounding.
        Assert.All(plain.Zip(first), losses => Assert.Equal(losses.First, losses.Second, 1e-4 * losses.First));

        (IReadOnlyList<double> Losses, List<string> Log) Train(string name, Settings.TrainingSettings own)
        {
            var log = new List<string>();
            var job = SmallDataset.Job(folder, own, name, TestData.PathOf("tiny-sdxl", "tiny-sdxl.safetensors")) with
            {
                Tokenizer = TestData.PathOf("tiny-sd15", "tokenizer"), CachePath = folder.File("cache"),
            };
            return (Trainer.Run(job, log: log.Add).Losses, log);
        }
    }
}
