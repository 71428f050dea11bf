using System.Security.Cryptography;
using LoraBuild.Base.Randomness;
using LoraBuild.Dataset.Manifest;
using LoraBuild.Imaging.Png;
using LoraBuild.Imaging.Rasters;
using LoraBuild.Settings;
using LoraBuild.Training.Jobs;

namespace LoraBuild.Training.Tests;

/// <summary>
/// Six little pictures in two quality groups and three buckets, and a training on the miniature model that takes seconds.
/// </summary>
internal static class SmallDataset
{
    public static readonly TrainingSettings Settings = new()
    {
        Resolution = new(96, 96),
        BucketResoSteps = 32,
        TrainBatchSize = 2,
        MaxTrainEpochs = 2,
        LearningRate = 1e-3,
        TextEncoderLr = 1e-3,
        LrWarmupSteps = new(0, InEpochs: false),
        GradientCheckpointing = false,
    };

    public static string Model => TestData.PathOf("mini-sd", "mini-sd.safetensors");

    public static TrainingJob Job(TemporaryFolder folder, TrainingSettings? settings = null, string output = "out", string? model = null)
    {
        var dataset = folder.File("dataset");
        settings ??= Settings;
        return new(
            dataset, Write(dataset), model ?? Model, TestData.PathOf("mini-sd", "tokenizer"), settings, folder.File(output), "aoi",
            folder.File(output, "state.safetensors"), string.Join('\n', settings.ToOptions()));
    }

    private static DatasetManifest Write(string folder) => new(
        ["aoi"],
        [
            new("2_aoi", 2, [Picture(folder, "2_aoi", "a.png", 120, 96), Picture(folder, "2_aoi", "b.png", 96, 105), Picture(
                folder, "2_aoi", "c.png", 96, 96)]),
            new("1_aoi", 1, [Picture(folder, "1_aoi", "d.png", 75, 135), Picture(folder, "1_aoi", "e.png", 135, 75), Picture(
                folder, "1_aoi", "f.png", 200, 200)]),
        ]);

    private static DatasetPicture Picture(string folder, string group, string file, int width, int height)
    {
        var picture = new Raster(width, height);
        var random = new CounterRandom(file[0]);
        for (var i = 0; i < picture.Pixels.Length; i++)
            picture.Pixels[i] = i % 4 == 3 ? (byte)255 : (byte)random.NextInt(256);
        var path = Path.Combine(folder, group, file);
        PngEncoder.Encode(picture, path);
        return new(
            file, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))), width, height,
            $"aoi, black hair, white shirt, smile, {file[0]}",
            $"images/{file}", null);
    }
}
