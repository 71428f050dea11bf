using LoraBuild.Base.Geometry;
using LoraBuild.Diffusion.Families;
using LoraBuild.Settings.Sampling;

namespace LoraBuild.Diffusion.Samplers;

/// <summary>
/// Draws pictures with a model as it is: adapters that are on its layers take part. A picture depends on its request alone, to rounding,
/// and not on the others of its batch.
/// </summary>
/// <param name="model">The model; belongs to the caller.</param>
public sealed class TextToImage(IDiffusionModel model)
{
    // In latents: a picture of 1024 x 1024 pixels.
    private const long MaxUntiled = 128 * 128;

    /// <summary>Draws latents.</summary>
    /// <param name="batch">The pictures to draw: at least one, all of the same size, steps, sampler and clip skip.</param>
    /// <param name="progress">Told the number of finished steps of all pictures together, up to pictures x steps.</param>
    /// <param name="cancellation">Looked at before each step.</param>
    /// <returns>[batch, channels, height / reduction, width / reduction], float32, on the model's device, for
    /// <see cref="Decode"/>.</returns>
    /// <exception cref="ArgumentException">The requests differ in what must be the same, or ask for what there is not.</exception>
    public Tensor Sample(IReadOnlyList<PictureRequest> batch, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        Check(batch);
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        // Padding changes a picture, so prompts get as many tokens as they need, and are drawn with those that need as many.
        var groups = batch.Select((request, place) => (Request: request, Place: place)).GroupBy(entry => LengthOf(entry.Request)).ToList();
        var done = 0;
        var parts = new List<Tensor>();
        foreach (var group in groups)
        {
            var (count, before) = (group.Count(), done);
            var told = progress is null ? null : new StepProgress(step => progress.Report(before + (count * step)));
            parts.Add(SampleAlike([.. group.Select(entry => entry.Request)], group.Key, told, cancellation));
            done += count * batch[0].Steps;
        }

        if (groups.Count == 1)
            return parts[0].MoveToOuterDisposeScope();
        var places = groups.SelectMany(group => group.Select(entry => entry.Place)).ToArray();
        var order = Enumerable.Range(0, places.Length).Select(place => (long)Array.IndexOf(places, place)).ToArray();
        return torch.cat(parts, 0).index_select(0, torch.tensor(order, device: parts[0].device)).MoveToOuterDisposeScope();
    }

    /// <summary>The pictures of latents, one after the other; large ones in tiles.</summary>
    /// <param name="latents">[batch, channels, height, width] from <see cref="Sample"/>.</param>
    /// <returns>[batch, 3, reduction x height, reduction x width], float32 on the CPU, in -1..1.</returns>
    public Tensor Decode(Tensor latents)
    {
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        var pictures = new List<Tensor>();
        for (var i = 0L; i < latents.shape[0]; i++)
        {
            using var inner = torch.NewDisposeScope();
            var one = latents.narrow(0, i, 1).to_type(model.Autoencoder.Type);
            var picture = one.shape[2] * one.shape[3] > MaxUntiled ? model.Autoencoder.DecodeTiled(one) : model.Autoencoder.Decode(one);
            pictures.Add(picture.to_type(ScalarType.Float32).clamp(-1, 1).cpu().MoveToOuterDisposeScope());
        }

        return torch.cat(pictures, 0).MoveToOuterDisposeScope();
    }

    private static void Check(IReadOnlyList<PictureRequest> batch)
    {
        ArgumentOutOfRangeException.ThrowIfZero(batch.Count);
        var first = batch[0];
        if (batch.Any(other => (other.Width, other.Height, other.Steps, other.Sampler, other.ClipSkip)
            != (first.Width, first.Height, first.Steps, first.Sampler, first.ClipSkip)))
            throw new ArgumentException("Pictures of a batch have the same size, steps, sampler and clip skip.", nameof(batch));
        if (first.Width < PictureRequest.SizeUnit || first.Height < PictureRequest.SizeUnit
            || first.Width % PictureRequest.SizeUnit != 0 || first.Height % PictureRequest.SizeUnit != 0)
            throw new ArgumentException($"{first.Width}x{first.Height} is no multiple of {PictureRequest.SizeUnit}.", nameof(batch));
    }

    private Tensor SampleAlike(IReadOnlyList<PictureRequest> batch, int length, IProgress<int>? progress, CancellationToken cancellation)
    {
        using var scope = torch.NewDisposeScope();
        var first = batch[0];
        var frame = PictureFrame.Drawn(new PixelSize(first.Width, first.Height));
        var prompts = Encode(batch.Select(request => request.Prompt));
        var negatives = batch.All(request => request.Guidance == 1) ? null : Encode(batch.Select(request => request.NegativePrompt));
        var scales = torch.tensor([.. batch.Select(request => (float)request.Guidance)], [batch.Count, 1, 1, 1], device: model.Device);
        var denoiser = new GuidedDenoiser(model, prompts, negatives, scales);
        var levels = model.Noise.Levels(first.Sampler, first.Steps);
        var start = model.Noise.Begin(Noise(null), first.Sampler, levels[0]);
        var latents = Sampler.Run(first.Sampler, denoiser.Denoise, start, levels, step => Noise(step), progress, cancellation);
        return model.Noise.End(latents, levels[^1]).MoveToOuterDisposeScope();

        Conditioning Encode(IEnumerable<string> texts) =>
            model.Encode([.. texts.Select(text => model.Tokenize(text, frame, length, weighted: true))], first.ClipSkip, keepMean: true);

        Tensor Noise(int? step) => LatentNoise.For(
            [.. batch.Select(request => request.Seed)],
            model.Autoencoder.LatentChannels,
            first.Height / model.Autoencoder.Reduction,
            first.Width / model.Autoencoder.Reduction,
            model.Device,
            step);
    }

    private int LengthOf(PictureRequest request) => Math.Max(model.LengthOf(request.Prompt), model.LengthOf(request.NegativePrompt));

    // Progress<T> would tell from another thread, and late.
    private sealed class StepProgress(Action<int> tell) : IProgress<int>
    {
        public void Report(int value) => tell(value);
    }
}
