using LoraBuild.Settings;
using LoraBuild.Training.Noise;

namespace LoraBuild.Training.Data;

/// <summary>Makes the tensors of a step from a batch: latents, noise, timesteps, masks.</summary>
/// <param name="latents">The latents of samples.</param>
/// <param name="noise">The noise that depends on latents.</param>
/// <param name="settings">The kinds of noise.</param>
/// <param name="device">The device of the tensors.</param>
/// <param name="texts">The encodings of texts; null: they are encoded in the step.</param>
public sealed class StepInputs(
    LatentSource latents, TrainingNoise noise, TrainingSettings settings, Device device, TextCache? texts = null)
{
    /// <summary>The input of a batch; the caller's scope owns it.</summary>
    public StepInput Of(TrainingBatch batch)
    {
        var encoded = latents.Encode(batch);
        var captions = batch.Samples.Select(sample => sample.Text).ToList();
        return new(
            captions,
            encoded,
            OfSamples((sample, place) =>
                sample.Noise ?? noise.Target(batch.Step, place, (int)encoded.shape[2], (int)encoded.shape[3], Means(place))),
            [.. batch.Samples.Select(sample => sample.Timestep)])
        {
            Pass = batch.Step,
            Encoded = texts?.Of(captions),
            Perturbation = settings.IpNoiseGamma is null ? null : OfSamples((sample, _) => sample.Perturbation!),
            Weights = batch.Samples.Any(sample => sample.Weight != 1) ? [.. batch.Samples.Select(sample => sample.Weight)] : null,
            Mask = batch.Mask(encoded.shape[2], encoded.shape[3])?.to(device),
        };

        Tensor OfSamples(Func<TrainingSample, int, float[]> values) =>
            tensor([.. batch.Samples.SelectMany(values)], dtype: ScalarType.Float32).view(encoded.shape).to(device);

        float[] Means(int place) => encoded.select(0, place).mean([1, 2]).cpu().data<float>().ToArray();
    }
}
