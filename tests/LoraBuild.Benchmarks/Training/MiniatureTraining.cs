using System.Security.Cryptography;
using LoraBuild.Benchmarks.Pictures;
using LoraBuild.Builds;
using LoraBuild.Dataset.Manifest;
using LoraBuild.Settings;
using LoraBuild.Training.Jobs;

namespace LoraBuild.Benchmarks.Training;

/// <summary>The example's miniature Stable Diffusion, and trainings on it with the example's settings.</summary>
internal static class MiniatureTraining
{
    /// <summary>The example's own settings for the training.</summary>
    public static TrainingSettings Settings { get; } = new()
    {
        Resolution = new(128, 128), BucketResoSteps = 32, LearningRate = 6e-4, TextEncoderLr = 3e-4, GradientCheckpointing = false,
    };

    /// <summary>The miniature model's folder.</summary>
    public static string Model => Path.Combine(Repository.Example, "models", "mini-sd");

    /// <summary>A training on made-up photographs.</summary>
    /// <param name="folder">Gets the photographs and what the training writes.</param>
    /// <param name="pictures">How many.</param>
    /// <param name="width">Their width in pixels.</param>
    /// <param name="height">Their height in pixels.</param>
    /// <param name="settings">How to train.</param>
    public static TrainingJob OnPhotographs(string folder, int pictures, int width, int height, TrainingSettings settings)
    {
        const string group = "1_aoi";
        var dataset = Path.Combine(folder, "dataset");
        var paths = Photographs.WritePngs(Path.Combine(dataset, group), pictures, width, height);
        var manifest = new DatasetManifest(["aoi"], [new(group, 1, [.. paths.Select(Describe)])]);
        return new(
            dataset, manifest, Path.Combine(Model, "mini-sd.safetensors"), Path.Combine(Model, "tokenizer"), settings,
            Path.Combine(folder, "out"), "aoi",
            Path.Combine(folder, "out", "state.safetensors"), "benchmark");

        DatasetPicture Describe(string path) => new(
            Path.GetFileName(path),
            Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))),
            width,
            height,
            "aoi, 1girl, solo, smile, looking at viewer, white shirt, pleated skirt, outdoors",
            Path.GetFileName(path),
            null);
    }
}
