using LoraBuild.Imaging.Rasters;
using LoraBuild.Diffusion.Families.StableDiffusion;
using LoraBuild.MiniWorld.Drawing;
using LoraBuild.Tagging;
using SkiaSharp;

namespace LoraBuild.MiniWorld.Training;

/// <summary>
/// Trains the tagger on drawings of many sizes as they are found in the world: some through JPEG, some through the autoencoder, some small,
/// noisy, mirrored or of another brightness.
/// </summary>
internal static class TaggerTraining
{
    /// <summary>The labels, in the model's order: ratings, general tags, characters.</summary>
    public static readonly IReadOnlyList<string> Labels =
        ["general", "sensitive", "questionable", "explicit", .. DrawnTags.General, .. DrawnTags.Characters];

    /// <summary>The side of the model's input.</summary>
    public const int InputSide = TaggerNetwork.Pooled * TaggerNetwork.Side;

    private static readonly WdInput Input = new(InputSide, IsChannelsFirst: true);
    private static readonly int[] Sides = [160, 224, 256, 320, 384, 448, 512];
    private static readonly double[] Aspects = [1, 1, 0.75, 0.66, 1.33, 0.6, 1.5];
    private static readonly Dictionary<string, int> Places = Labels.Select((label, place) => (label, place)).ToDictionary();

    /// <summary>Trains it. The share of pictures that go through the autoencoder of <paramref name="model"/> is a fifth.</summary>
    public static TaggerNetwork Run(StableDiffusionModel model, Device device, long seed, TrainingLength length)
    {
        var network = new TaggerNetwork(Labels.Count, seed, device);
        using var optimization = new Optimization(network.Parameters, length, weightDecay: 0.02, averageDecay: 0.995);
        using var progress = new Progress("Tagger", length.Steps, device);
        using var grain = Noise.For(seed, 0, [1, 3, TaggerNetwork.Side, TaggerNetwork.Side]).to(device).DetachFromDisposeScope();
        var step = 0;
        foreach (var batch in Ahead.Of(length.Steps, number => Draw(seed, number, length.Batch)))
        {
            using var scope = NewDisposeScope();
            var pictures =
                tensor(batch.Inputs, [length.Batch, 3, TaggerNetwork.Side, TaggerNetwork.Side], device: device).to_type(ScalarType.Float32);
            pictures = Worn(Reconstructed(model, batch.Small, pictures, device), grain, new Dice(seed, Purpose.Wear, step));
            var wanted = tensor(batch.Wanted, [length.Batch, Labels.Count], device: device);
            progress.Report(++step, optimization.Descend(Loss(network.Forward(pictures, isTraining: true), wanted)));
        }
        return network;
    }

    /// <summary>Binary cross-entropy: the mean over labels and pictures.</summary>
    internal static Tensor Loss(Tensor logits, Tensor wanted) =>
        (functional.relu(logits) - (logits * wanted) + ((-logits.abs()).exp() + 1).log()).mean();

    /// <summary>1 where a picture has the label, a rating of general in any case.</summary>
    internal static float[] Vector(IReadOnlyList<string> tags)
    {
        var vector = new float[Labels.Count];
        vector[0] = 1;
        foreach (var tag in tags)
            vector[Places[tag]] = 1;
        return vector;
    }

    private static (byte[] Inputs, float[] Wanted, List<(int Row, DrawnPicture Picture)> Small) Draw(long seed, int step, int batch)
    {
        const int seen = 3 * TaggerNetwork.Side * TaggerNetwork.Side;
        var inputs = new byte[batch * seen];
        var wanted = new float[batch * Labels.Count];
        var small = new List<(int Row, DrawnPicture Picture)>();
        var input = new float[Input.Length];
        for (var i = 0; i < batch; i++)
        {
            var number = ((long)step * batch) + i;
            var dice = new Dice(seed, Purpose.Size, number);
            var isBucket = dice.Happens(0.4);
            var (width, height) = isBucket ? DrawnPicture.Buckets[0] : Size(dice);
            var picture = DrawnPicture.Draw(seed, Purpose.TaggerPictures, number, width, height);
            Vector(picture.Tags).CopyTo(wanted, i * Labels.Count);
            if (isBucket && dice.Happens(0.5))
            {
                small.Add((i, picture));
                continue;
            }
            var raster = picture.ToRaster();
            Input.Write(dice.Happens(0.25) ? AsJpeg(raster, 45 + dice.Below(48)) : raster, input);
            Pool(input, inputs.AsSpan(i * seen, seen));
        }
        return (inputs, wanted, small);
    }

    // As the network's first layer does, rounded: bytes are quicker to send to a device.
    private static void Pool(float[] input, Span<byte> pooled)
    {
        const int factor = TaggerNetwork.Pooled;
        for (var i = 0; i < pooled.Length; i++)
        {
            // A row of what is pooled begins factor rows of the input further on.
            var start = (i / TaggerNetwork.Side * factor * InputSide) + (i % TaggerNetwork.Side * factor);
            var sum = 0f;
            for (var row = 0; row < factor; row++)
            {
                for (var column = 0; column < factor; column++)
                    sum += input[start + (row * InputSide) + column];
            }
            pooled[i] = (byte)((sum / (factor * factor)) + 0.5f);
        }
    }

    private static (int Width, int Height) Size(Dice dice)
    {
        var (side, aspect) = (dice.OneOf(Sides), dice.OneOf(Aspects));
        return ((int)(side * Math.Min(1, aspect)), (int)(side * Math.Min(1, 1 / aspect)));
    }

    // As the base model would draw them: blurred by the autoencoder.
    private static Tensor Reconstructed(
        StableDiffusionModel model, List<(int Row, DrawnPicture Picture)> small, Tensor pictures, Device device)
    {
        if (small.Count == 0)
            return pictures;
        using var ungraded = no_grad();
        using var scope = NewDisposeScope();
        var latents = model.Vae.Encode(DrawnPicture.Stack([.. small.Select(one => one.Picture)], device)).Mean * model.Vae.ScaleFactor;
        var drawn = model.Vae.Decode(latents).clamp(-1, 1).add(1).mul(127.5).flip(1);
        var seen = functional.interpolate(drawn, [TaggerNetwork.Side, TaggerNetwork.Side], mode: InterpolationMode.Bicubic);
        pictures.index_copy_(0, tensor([.. small.Select(one => (long)one.Row)], device: device), seen);
        return pictures.MoveToOuterDisposeScope();
    }

    // Each picture by itself: what a whole batch had in common, its normalisation would take away again. The noise alone is one for all, of
    // other strengths: of its own for each it would take longer to make than all the rest.
    private static Tensor Worn(Tensor pictures, Tensor grain, Dice dice)
    {
        using var scope = NewDisposeScope();
        var device = pictures.device;
        var count = (int)pictures.shape[0];
        var (noise, factors, offsets) = (new float[count], new float[count], new float[count]);
        for (var i = 0; i < count; i++)
        {
            noise[i] = dice.Happens(0.15) ? (float)dice.Between(2, 13) : 0;
            (factors[i], offsets[i]) = dice.Happens(0.5) ? ((float)dice.Between(0.93, 1.06), (float)dice.Between(-5, 5)) : (1, 0);
        }
        Change(0.5, some => some.flip(3));
        Change(0.15, some =>
        {
            long side = 120 + dice.Below(88);
            return functional.interpolate(
                functional.adaptive_avg_pool2d(some, [side, side]), [TaggerNetwork.Side, TaggerNetwork.Side],
                mode: InterpolationMode.Bilinear);
        });
        Change(0.4, some => some.roll([dice.Below(13) - 6, dice.Below(13) - 6], [2, 3]));
        var moved = grain.roll([dice.Below(TaggerNetwork.Side), dice.Below(TaggerNetwork.Side)], [2, 3]);
        return ((pictures * Each(factors)) + (moved * Each(noise)) + Each(offsets)).clamp(0, 255).MoveToOuterDisposeScope();

        void Change(double share, Func<Tensor, Tensor> change)
        {
            var rows = Enumerable.Range(0, count).Where(_ => dice.Happens(share)).Select(row => (long)row).ToArray();
            if (rows.Length == 0)
                return;
            var index = tensor(rows, device: device);
            pictures.index_copy_(0, index, change(pictures.index_select(0, index)));
        }

        Tensor Each(float[] values) => tensor(values, [count, 1, 1, 1], device: device);
    }

    private static Raster AsJpeg(Raster picture, int quality)
    {
        var info = new SKImageInfo(picture.Width, picture.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var image = SKImage.FromPixelCopy(info, picture.Pixels);
        using var encoded = image.Encode(SKEncodedImageFormat.Jpeg, quality);
        using var decoded = SKBitmap.Decode(encoded.Span, info);
        return new Raster(picture.Width, picture.Height, decoded.Bytes);
    }
}
