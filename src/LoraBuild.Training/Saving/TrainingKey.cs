using LoraBuild.Base.Hashing;
using LoraBuild.Training.Engine;
using LoraBuild.Training.Jobs;
using LoraBuild.Training.Metadata;

namespace LoraBuild.Training.Saving;

/// <summary>The key of a training: a state goes on only in a training with the same key, which ends with the same bits.</summary>
internal static class TrainingKey
{
    private const int Version = 5;

    /// <summary>The key, from the contents of all that the training depends on.</summary>
    /// <param name="job">The training.</param>
    /// <param name="model">The base model.</param>
    /// <param name="compute">The device that it is trained on.</param>
    public static string Of(TrainingJob job, BaseModelFacts model, ComputeDevice compute)
    {
        var settings = job.Settings;
        var key = new StepKey("train", Version)
            .With("engine", $"{typeof(Tensor).Assembly.GetName().Name} {__version__} {compute.Device.type}")
            .With("model", model.Sha256)
            .With("VAE", model.Vae?.Sha256);
        // A file counts by what is in it, not by where it lies.
        foreach (var (name, value) in (settings.WithoutSamples() with { NetworkWeights = null, Resume = null }).ToOptions())
            key.With(name, value);
        if (settings.NetworkWeights is { } start)
            key.With("network_weights", ContentHash.OfFile(start));
        if (settings.Resume is { } origin)
            key.With("resume", ContentHash.OfFile(origin));
        foreach (var group in job.Manifest.Groups)
        {
            foreach (var picture in group.Pictures)
                key.With($"{group.Repeats}{(group.IsRegularization ? " regularization" : "")}", picture.Sha256)
                    .With(picture.File, picture.Caption);
        }
        return key.ToHash().ToString();
    }
}
