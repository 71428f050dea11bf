using LoraBuild.Base.Randomness;
using LoraBuild.Diffusion.Families;
using LoraBuild.Settings;
using LoraBuild.Training.Captions;
using LoraBuild.Training.Noise;
using LoraBuild.Training.Randomness;

namespace LoraBuild.Training.Data;

/// <summary>
/// Makes samples: each is a function of (seed, step, place in the batch) and of its picture alone, whatever thread makes it and when.
/// </summary>
/// <param name="views">The source of pixels.</param>
/// <param name="model">Tokenizes captions, and gives the size of latents.</param>
/// <param name="settings">The settings of what is random, and the seed.</param>
public sealed class SampleFactory(ViewReader views, IDiffusionModel model, TrainingSettings settings)
{
    private readonly int channels = (int)model.Autoencoder.LatentChannels;
    private readonly int reduction = model.Autoencoder.Reduction;

    /// <summary>The source of the samples' noise.</summary>
    public TrainingNoise Noise { get; } = new(settings, (int)model.Autoencoder.LatentChannels);

    /// <summary>The sample at a place of a step's batch.</summary>
    /// <param name="picture">The picture that the sample shows.</param>
    /// <param name="step">The step, from 0.</param>
    /// <param name="place">The place in the batch, from 0.</param>
    /// <param name="moment">When its caption is read.</param>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB2xxx, LB6004: the picture cannot be decoded or read.</exception>
    public TrainingSample Create(TrainingPicture picture, int step, int place, CaptionMoment moment)
    {
        var view = View(picture, step, place);
        var bucket = picture.Placement.Bucket;
        var (height, width) = (bucket.Height / reduction, bucket.Width / reduction);
        return new(
            picture,
            view,
            TextOf(picture, view.Mirrored, moment, Stream(RandomPurpose.Caption, step, place)),
            settings.MinTimestep
                + Stream(RandomPurpose.Timestep, step, place).NextInt(Math.Max(1, settings.MaxTimestep - settings.MinTimestep)),
            Noise.NeedsLatents ? null : Noise.Target(step, place, height, width),
            Stream(RandomPurpose.Posterior, step, place).NextGaussians(channels * height * width))
        {
            Perturbation = Noise.Perturbation(step, place, height, width),
            Pixels = settings.UsesCachedLatents ? null : views.Pixels(picture, view),
            Mask = settings.UsesMasks ? views.Mask(picture, view, reduction) : null,
            Weight = picture.IsRegularization ? settings.PriorLossWeight : 1,
        };
    }

    /// <summary>A picture's caption where it is the same in every step, tokenized.</summary>
    /// <param name="picture">The picture.</param>
    /// <param name="mirrored">True for its mirror image.</param>
    public TokenizedText TextOf(TrainingPicture picture, bool mirrored) =>
        TextOf(picture, mirrored, new CaptionMoment(0, 1, 1), Stream(RandomPurpose.Caption, 0, 0));

    private TokenizedText TextOf(TrainingPicture picture, bool mirrored, CaptionMoment moment, CounterRandom random)
    {
        // The first tag of a regularisation image is no trigger word.
        Func<string, bool>? fits = picture.IsRegularization ? null : Fits;
        var caption = CaptionProcessor.Process(picture.Caption, settings, moment, random, fits);
        var frame = new PictureFrame(picture.Size, picture.Placement.Bucket, mirrored);
        return model.Tokenize(caption, frame, settings.MaxTokenLength, settings.WeightedCaptions);
    }

    private bool Fits(string caption) => model.CountTokens(caption, settings.WeightedCaptions) <= settings.MaxTokenLength;

    private PictureView View(TrainingPicture picture, int step, int place)
    {
        var (slack, centre) = (picture.Placement.Slack, picture.Placement.CentreCrop);
        var crop = Stream(RandomPurpose.Crop, step, place);
        var (left, top) = settings.RandomCrop ? ((int)crop.NextInt(slack.Width + 1), (int)crop.NextInt(slack.Height + 1)) : centre;
        return new(
            picture.Index,
            left,
            top,
            settings.FlipAug && Stream(RandomPurpose.Flip, step, place).NextInt(2) == 1,
            settings.ColorAug ? ColourChange.Draw(Stream(RandomPurpose.Colour, step, place)) : ColourChange.None);
    }

    private CounterRandom Stream(RandomPurpose purpose, int step, int place) => new(settings.Seed, (long)purpose, step, place);
}
