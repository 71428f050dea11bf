using LoraBuild.Core.Randomness;
using LoraBuild.Core.Settings;
using LoraBuild.Diffusion.Clip;
using LoraBuild.Diffusion.Schedule;
using LoraBuild.Training.Captions;

namespace LoraBuild.Training.Data;

/// <summary>
/// Makes samples: each is a function of (seed, step, place in the batch) and of its picture alone, whatever thread makes it and when.
/// </summary>
/// <param name="pictures">Where pixels come from.</param>
/// <param name="tokenizer">Turns captions into tokens.</param>
/// <param name="settings">What is random, and the seed.</param>
/// <param name="latentChannels">Channels of the autoencoder's latents.</param>
/// <param name="reduction">Pixels along each axis for one position of the latents.</param>
public sealed class SampleFactory(PictureCache pictures, ClipTokenizer tokenizer, TrainingSettings settings, long latentChannels, int reduction)
{
    /// <summary>The sample at a place of a step's batch.</summary>
    public TrainingSample Create(TrainingPicture picture, int step, int place)
    {
        var (bucket, slack, centre) = (picture.Placement.Bucket, picture.Placement.Slack, picture.Placement.CentreCrop);
        var crop = Stream(RandomPurpose.Crop);
        var view = settings.RandomCrop
            ? new PictureView(picture.Index, (int)crop.NextInt(slack.Width + 1), (int)crop.NextInt(slack.Height + 1), false)
            : new PictureView(picture.Index, centre.Left, centre.Top, false);
        view = view with { Mirrored = settings.FlipAug && Stream(RandomPurpose.Flip).NextInt(2) == 1 };

        var caption = settings.ShuffleCaption
            ? CaptionShuffler.Shuffle(picture.Caption, settings.KeepTokens, Stream(RandomPurpose.Caption))
            : CaptionShuffler.FirstLine(picture.Caption);
        var positions = bucket.Width / reduction * (bucket.Height / reduction);
        return new(
            picture,
            view,
            Pixels(picture, view),
            tokenizer.Encode(caption, settings.MaxTokenLength),
            Stream(RandomPurpose.Timestep).NextInt(NoiseSchedule.Steps),
            Noise(positions, Stream(RandomPurpose.Noise), Stream(RandomPurpose.NoiseOffset)),
            Stream(RandomPurpose.Posterior).NextGaussians((int)latentChannels * positions));

        CounterRandom Stream(RandomPurpose purpose) => new(settings.Seed, (long)purpose, step, place);
    }

    // [-1, 1], channel by channel.
    private float[] Pixels(TrainingPicture picture, PictureView view)
    {
        var raster = pictures.Get(picture);
        var (width, height) = (picture.Placement.Bucket.Width, picture.Placement.Bucket.Height);
        var pixels = new float[3 * width * height];
        for (var y = 0; y < height; y++)
        {
            var row = raster.Row(view.Top + y).Slice(4 * view.Left, 4 * width);
            for (var x = 0; x < width; x++)
            {
                var target = (y * width) + (view.Mirrored ? width - 1 - x : x);
                for (var channel = 0; channel < 3; channel++)
                    pixels[(channel * width * height) + target] = (row[(4 * x) + channel] / 127.5f) - 1;
            }
        }

        return pixels;
    }

    // One offset a channel is added to all its positions: Guttenberg, "Diffusion With Offset Noise" (2023).
    private float[] Noise(int positions, CounterRandom noise, CounterRandom offset)
    {
        var values = noise.NextGaussians((int)latentChannels * positions);
        if (settings.NoiseOffset == 0)
            return values;
        var offsets = offset.NextGaussians((int)latentChannels);
        for (var i = 0; i < values.Length; i++)
            values[i] += (float)settings.NoiseOffset * offsets[i / positions];
        return values;
    }
}
