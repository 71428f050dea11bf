using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Files;
using LoraBuild.Diffusion.Layers;
using LoraBuild.Diffusion.Loading;
using LoraBuild.Diffusion.Memory;

namespace LoraBuild.Diffusion.Vae;

/// <summary>
/// Stable Diffusion 1.x's autoencoder (Rombach et al., 2022; Kingma and Welling, "Auto-Encoding Variational Bayes", 2014) with CompVis'
/// tensor names: pictures to latents of an eighth of their size, and back.
/// </summary>
public sealed class AutoencoderKL : IAutoencoder
{
    /// <summary>
    /// The side of the tiles in <see cref="DecodeTiled(Tensor)"/>, and how far they reach into each other, in latents: 768 and 192 pixels.
    /// </summary>
    public const int TileSide = 96, TileOverlap = 24;

    internal const double NormEpsilon = 1e-6;

    private const string Title = "VAE", SingleFilePrefix = "first_stage_model.";

    private const double LeastLogVariance = -30, GreatestLogVariance = 20;

    private readonly VaeEncoder encoder;
    private readonly VaeDecoder decoder;
    private readonly Conv2d quantize, unquantize;

    internal AutoencoderKL(Weights weights, long normGroups, double scaleFactor)
    {
        (Type, Device, ScaleFactor) = (weights.Dtype, weights.Device, scaleFactor);
        var config = VaeConfig.Read(weights);
        LatentChannels = config.LatentChannels;
        Reduction = 1 << (config.Channels.Count - 1);
        encoder = new VaeEncoder(weights, config, normGroups);
        quantize = weights.Conv2d("quant_conv", "", LatentChannels * 2, LatentChannels * 2, kernel: 1);
        unquantize = weights.Conv2d("post_quant_conv", "", LatentChannels, LatentChannels, kernel: 1);
        decoder = new VaeDecoder(weights, config, normGroups);
    }

    /// <summary>The factor of sampled latents, with which their variance is about 1.</summary>
    public double ScaleFactor { get; }

    /// <inheritdoc/>
    public ScalarType Type { get; }

    /// <inheritdoc/>
    public Device Device { get; }

    /// <inheritdoc/>
    public long LatentChannels { get; }

    /// <inheritdoc/>
    public int Reduction { get; }

    /// <summary>An autoencoder's tensors in a file with CompVis' or diffusers' names, of a whole model or its own.</summary>
    /// <param name="file">The file.</param>
    /// <param name="family">The family whose part it should be.</param>
    internal static PartTensors PartOf(ITensorFile file, string family)
    {
        var prefix = file.Shapes.Keys.Any(name => name.StartsWith(SingleFilePrefix, StringComparison.Ordinal)) ? SingleFilePrefix : "";
        var names = file.Shapes.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => name[prefix.Length..])
            .ToList();
        return names.Any(name => name.StartsWith("encoder.down_blocks.", StringComparison.Ordinal))
            ? PartTensors.Of(Title, family, file, prefix, new DiffusersVaeNames(names).ToCompVis)
            : PartTensors.Of(Title, family, file, prefix);
    }

    /// <inheritdoc/>
    public (Tensor Mean, Tensor LogVariance) Encode(Tensor images)
    {
        using var scope = torch.NewDisposeScope();
        var moments = quantize.Forward(encoder.Forward(images)).chunk(2, 1);
        return scope.MoveToOuter(moments[0], moments[1].clamp(LeastLogVariance, GreatestLogVariance));
    }

    /// <inheritdoc/>
    public DryTensor DryEncode(DryRun run, DryTensor images)
    {
        using var scope = run.Scope();
        return scope.MoveToOuter(quantize.DryForward(run, encoder.DryForward(run, images)));
    }

    /// <inheritdoc/>
    public Tensor Sample(Tensor mean, Tensor logVariance, Tensor noise)
    {
        using var scope = torch.NewDisposeScope();
        return ((mean + ((logVariance * 0.5).exp() * noise)) * ScaleFactor).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor Decode(Tensor latents)
    {
        using var scope = torch.NewDisposeScope();
        return decoder.Forward(unquantize.Forward(latents / ScaleFactor)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public Tensor DecodeTiled(Tensor latents) => DecodeTiled(latents, TileSide, TileOverlap);

    /// <summary>
    /// As <see cref="Decode"/>, in overlapping tiles: the memory is that of a tile, and of the picture. What sees the whole picture, the
    /// decoder's attention, sees it here, too; only the norms take their statistics tile by tile, so that tones of a tile may lie a little
    /// off, which overlaps blend. In the example's model the mean difference is below 0.02, the greatest below 0.4, of a range of 2.
    /// </summary>
    /// <param name="latents">[batch, 4, height, width] as the UNet sees them, in the model's type.</param>
    /// <param name="side">The tiles' side in latents.</param>
    /// <param name="overlap">The overlap of neighbours, less than half of <paramref name="side"/>.</param>
    /// <returns>[batch, 3, 8 height, 8 width], about -1..1, float32.</returns>
    public Tensor DecodeTiled(Tensor latents, int side, int overlap)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(overlap);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(side, 2 * overlap);
        using var scope = torch.NewDisposeScope();
        var begun = decoder.Begin(unquantize.Forward(latents / ScaleFactor));
        var (height, width) = (begun.shape[2], begun.shape[3]);
        Tensor? sum = null, weights = null;
        foreach (var (top, rows) in Tiles(height, side, overlap))
        {
            foreach (var (left, columns) in Tiles(width, side, overlap))
            {
                using var inner = torch.NewDisposeScope();
                var tile = decoder.Enlarge(begun.narrow(2, top, rows).narrow(3, left, columns).contiguous()).to_type(ScalarType.Float32);
                sum ??= torch.zeros([tile.shape[0], tile.shape[1], height * Reduction, width * Reduction], device: tile.device)
                    .MoveToOuterDisposeScope();
                weights ??= torch.zeros([1, 1, height * Reduction, width * Reduction], device: tile.device).MoveToOuterDisposeScope();
                var weight = Ramp(top, rows, height).view(1, 1, -1, 1) * Ramp(left, columns, width).view(1, 1, 1, -1);
                Part(sum).add_(tile * weight);
                Part(weights).add_(weight);

                Tensor Part(Tensor whole) =>
                    whole.narrow(2, top * Reduction, rows * Reduction).narrow(3, left * Reduction, columns * Reduction);
            }
        }

        return (sum! / weights!).MoveToOuterDisposeScope();

        // 1 within a tile, falling over the overlap towards a neighbour, above 0 everywhere.
        Tensor Ramp(long start, long length, long whole)
        {
            var (count, fade) = (length * Reduction, (double)overlap * Reduction);
            var values = new float[count];
            for (var i = 0L; i < count; i++)
            {
                var (before, after) = (start == 0 ? fade : i + 0.5, start + length == whole ? fade : count - i - 0.5);
                values[i] = (float)Math.Min(1, Math.Min(before, after) / Math.Max(fade, 1));
            }

            return torch.tensor(values, device: latents.device);
        }
    }

    /// <summary>Frees the weights.</summary>
    public void Dispose()
    {
        encoder.Dispose();
        quantize.Dispose();
        unquantize.Dispose();
        decoder.Dispose();
    }

    // Where tiles begin and how long they are: evenly, with at least the overlap between neighbours.
    private static IEnumerable<(long Start, long Length)> Tiles(long whole, long side, long overlap)
    {
        var count = whole <= side ? 1 : (whole - overlap + side - overlap - 1) / (side - overlap);
        var length = Math.Min(whole, side);
        for (var i = 0L; i < count; i++)
            yield return (count == 1 ? 0 : (whole - length) * i / (count - 1), length);
    }
}

/// <summary>The sizes of an autoencoder, read off its tensors (CompVis keys, without their prefix).</summary>
/// <param name="ImageChannels">3.</param>
/// <param name="LatentChannels">4.</param>
/// <param name="ResBlocks">Residual blocks a level of the encoder; the decoder has one more.</param>
/// <param name="Channels">Channels of each level, from the largest map to the smallest: 128, 256, 512, 512 in SD1.x.</param>
internal sealed record VaeConfig(long ImageChannels, long LatentChannels, int ResBlocks, IReadOnlyList<long> Channels)
{
    /// <summary>Reads the sizes.</summary>
    /// <exception cref="LoraBuildException">LB4003: the tensors are not those of such an autoencoder.</exception>
    public static VaeConfig Read(Weights weights)
    {
        var imageChannels = weights.ShapeOf("encoder.conv_in.weight", 4)[1];
        var latentChannels = weights.ShapeOf("post_quant_conv.weight", 4)[0];
        var channels = new List<long>();
        while (weights.Has($"encoder.down.{channels.Count}.block.0.conv1.weight"))
            channels.Add(weights.ShapeOf($"encoder.down.{channels.Count}.block.0.conv1.weight", 4)[0]);
        if (channels.Count == 0)
            throw weights.Misfit("it has no 'encoder.down.0.block.0.conv1.weight'");
        var resBlocks = Enumerable.Range(0, int.MaxValue).First(i => !weights.Has($"encoder.down.0.block.{i}.conv1.weight"));
        return new VaeConfig(imageChannels, latentChannels, resBlocks, channels);
    }
}
