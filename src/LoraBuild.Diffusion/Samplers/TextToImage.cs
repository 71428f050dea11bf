using LoraBuild.Diffusion.Clip;
using LoraBuild.Settings.Sampling;

namespace LoraBuild.Diffusion.Samplers;

/// <summary>
/// Draws pictures with a model as it is: adapters that are on its layers take part. A picture depends on its request alone, to rounding, and
/// not on the others of its batch.
/// </summary>
/// <param name="model">The model; belongs to the caller.</param>
public sealed class TextToImage(StableDiffusion model)
{
    /// <summary>How many tokens of a prompt count.</summary>
    public const int MaxTokens = 225;

    // In latents: a picture of 1024 x 1024 pixels.
    private const long MaxUntiled = 128 * 128;

    private const int ChunkTokens = ClipTokenizer.ChunkLength - 2;

    private readonly SigmaSchedule levels = new(model.Schedule);

    /// <summary>Draws latents.</summary>
    /// <param name="batch">What to draw: at least one picture, all of the same size, steps, sampler and clip skip.</param>
    /// <param name="progress">Told the number of finished steps of all pictures together, up to pictures x steps.</param>
    /// <param name="cancellation">Looked at before each step.</param>
    /// <returns>[batch, 4, height / 8, width / 8], float32, on the model's device: scaled latents for <see cref="Decode"/>.</returns>
    /// <exception cref="ArgumentException">The requests differ in what must be the same, or ask for what there is not.</exception>
    public Tensor Sample(IReadOnlyList<PictureRequest> batch, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        Check(batch);
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        // Chunks without text change what the UNet sees, so prompts get as many as they need, and are drawn with those that need as many.
        var groups = batch.Select((request, place) => (Request: request, Place: place)).GroupBy(entry => ChunksOf(entry.Request)).ToList();
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
    /// <param name="latents">[batch, 4, height, width] from <see cref="Sample"/>.</param>
    /// <returns>[batch, 3, 8 height, 8 width], float32 on the CPU, in -1..1.</returns>
    public Tensor Decode(Tensor latents)
    {
        using var scope = torch.NewDisposeScope();
        using var frozen = torch.no_grad();
        var pictures = new List<Tensor>();
        for (var i = 0L; i < latents.shape[0]; i++)
        {
            using var inner = torch.NewDisposeScope();
            var one = latents.narrow(0, i, 1).to_type(model.TextEncoder.Layers[0].Weight.dtype);
            var picture = one.shape[2] * one.shape[3] > MaxUntiled ? model.Vae.DecodeTiled(one) : model.Vae.Decode(one);
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

    private Tensor SampleAlike(IReadOnlyList<PictureRequest> batch, int chunks, IProgress<int>? progress, CancellationToken cancellation)
    {
        using var scope = torch.NewDisposeScope();
        var first = batch[0];
        var prompts = Encode([.. batch.Select(request => request.Prompt)], chunks, first.ClipSkip);
        var negatives = batch.All(request => request.Guidance == 1)
            ? null
            : Encode([.. batch.Select(request => request.NegativePrompt)], chunks, first.ClipSkip);
        var scales = torch.tensor([.. batch.Select(request => (float)request.Guidance)], [batch.Count, 1, 1, 1], device: prompts.device);
        var denoiser = new GuidedDenoiser(model.UNet, levels, model.Prediction, prompts, negatives, scales);
        var sigmas = levels.For(first.Sampler, first.Steps);
        // DDIM begins with noise alone; k-diffusion's samplers take the little of a picture that the first level leaves for 0.
        var begin = first.Sampler == SamplerKind.Ddim ? Math.Sqrt(1 + (sigmas[0] * sigmas[0])) : sigmas[0];
        var latents = Sampler.Run(
            first.Sampler, denoiser.Denoise, Noise(null) * begin, sigmas, step => Noise(step), progress, cancellation);
        return (latents / Math.Sqrt(1 + (sigmas[^1] * sigmas[^1]))).MoveToOuterDisposeScope();

        Tensor Noise(int? step) => LatentNoise.For(
            [.. batch.Select(request => request.Seed)],
            model.UNet.InChannels,
            first.Height / model.Vae.Reduction,
            first.Width / model.Vae.Reduction,
            prompts.device,
            step);
    }

    private Tensor Encode(IReadOnlyList<string> prompts, int chunks, int clipSkip)
    {
        var weights = new List<float[][]>();
        var ids = new List<long[][]>();
        foreach (var prompt in prompts)
        {
            ids.Add(model.Tokenizer.EncodeWeighted(prompt, chunks * ChunkTokens, out var ofPrompt));
            weights.Add(ofPrompt);
        }

        var isWeighted = weights.Any(prompt => prompt.Any(chunk => chunk.Any(weight => weight != 1)));
        return model.TextEncoder.Encode(ids, clipSkip, isWeighted ? weights : null, keepMean: true);
    }

    private int ChunksOf(PictureRequest request)
    {
        var tokens = Math.Max(model.Tokenizer.CountWeighted(request.Prompt), model.Tokenizer.CountWeighted(request.NegativePrompt));
        return Math.Clamp((tokens + ChunkTokens - 1) / ChunkTokens, 1, MaxTokens / ChunkTokens);
    }

    // Progress<T> would tell from another thread, and late.
    private sealed class StepProgress(Action<int> tell) : IProgress<int>
    {
        public void Report(int value) => tell(value);
    }
}
