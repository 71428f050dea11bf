using System.Globalization;
using static LoraBuild.Settings.Options;

namespace LoraBuild.Settings;

/// <summary>The training settings that do not go together.</summary>
internal static class TrainingContradictions
{
    /// <summary>A message for each contradiction, with what to do.</summary>
    public static IEnumerable<string> Of(TrainingSettings settings) =>
    [
        .. OfBuckets(settings), .. OfPictures(settings), .. OfTexts(settings), .. OfNoise(settings), .. OfRates(settings),
        .. OfAdapters(settings), .. OfComputing(settings),
    ];

    /// <summary>True if no block of the UNet gets an adapter by the factors of the learning rate.</summary>
    public static bool HasNoBlocks(TrainingSettings settings) =>
        new[] { settings.DownLrWeight, settings.MidLrWeight, settings.UpLrWeight }
            .All(weights => weights?.AreZero == true);

    /// <summary>A message for a loss that is for models of another prediction; null where there is none.</summary>
    /// <param name="settings">The loss.</param>
    /// <param name="isVelocity">True if the model predicts velocities, false for noise.</param>
    public static string? LossOfOtherPrediction(TrainingSettings settings, bool isVelocity) => isVelocity
        ? settings.VPredLikeLoss is null ? null
            : $"{VPredLikeLoss} is for models that predict noise, and the base model predicts velocities. Leave it out."
        : !settings.ScaleVPredLossLikeNoisePred ? null
            : $"{ScaleVPredLossLikeNoisePred} is for models that predict velocities, and the base model predicts noise. Leave it out, or "
                + $"set {VParameterization} to true where the model's files do not tell.";

    /// <summary>A message for each setting whose LoRA other programs do not read, or read otherwise.</summary>
    public static IEnumerable<string> OfOtherPrograms(TrainingSettings settings)
    {
        if (settings is { DoraWd: true, WdOnOutput: true })
        {
            yield return $"{WdOnOutput} is true: LyCORIS reads such a DoRA, but ComfyUI and A1111 compute it wrongly and draw something "
                + $"else than the previews. Set {WdOnOutput} to false, which they compute rightly and LyCORIS cannot read.";
        }

        if (settings is { Algo: AdapterAlgorithm.LoKr, UseTucker: true, FullMatrix: false })
            yield return $"{UseTucker} with {Algo} lokr: neither LyCORIS nor ComfyUI reads such a file. Set {UseTucker} to false.";
    }

    private static IEnumerable<string> OfBuckets(TrainingSettings settings)
    {
        var (width, height) = (settings.TrainedResolution.Width, settings.TrainedResolution.Height);
        var (shortSide, longSide) = (Math.Min(width, height), Math.Max(width, height));
        var (min, max, steps) = (settings.MinBucketReso, settings.MaxBucketReso, settings.BucketResoSteps);
        if (settings.EnableBucket && !settings.BucketNoUpscale)
        {
            if (min > max)
                yield return $"{MinBucketReso} ({min}) is larger than {MaxBucketReso} ({max}). Swap them.";
            if (shortSide < min - (min % steps))
                yield return $"{Resolution} ({width},{height}) has a side shorter than {MinBucketReso} ({min}). Lower {MinBucketReso}.";
            if (longSide > max)
                yield return $"{Resolution} ({width},{height}) has a side longer than {MaxBucketReso} ({max}). Raise {MaxBucketReso}.";
        }

        if (steps % 8 != 0)
            yield return $"{BucketResoSteps} is {steps}; it must be a multiple of 8, because a latent stands for 8x8 pixels.";
        if (!settings.EnableBucket && (width % 8 != 0 || height % 8 != 0))
            yield return $"{Resolution} ({width},{height}) must have sides that are multiples of 8 when {EnableBucket} is false.";
        if (settings.EnableBucket && shortSide < steps)
            yield return $"{Resolution} ({width},{height}) has a side shorter than {BucketResoSteps} ({steps}). Lower {BucketResoSteps}.";
    }

    private static IEnumerable<string> OfPictures(TrainingSettings settings)
    {
        if (settings.UsesCachedLatents && (settings.RandomCrop || settings.ColorAug))
        {
            yield return $"{(settings.CacheLatents ? CacheLatents : CacheLatentsToDisk)} keeps one encoding of each picture, but "
                + $"{(settings.RandomCrop ? RandomCrop : ColorAug)} shows it differently each time. Set one of them to false.";
        }
    }

    private static IEnumerable<string> OfTexts(TrainingSettings settings)
    {
        if (!settings.UsesCachedTexts)
            yield break;
        var cache = settings.CacheTextEncoderOutputs ? CacheTextEncoderOutputs : CacheTextEncoderOutputsToDisk;
        if (!settings.NetworkTrainUnetOnly)
        {
            yield return $"{cache} encodes each caption once, before the training, so that text encoders cannot learn. Set "
                + $"{NetworkTrainUnetOnly} to true, or take {cache} away.";
        }

        foreach (var (option, changes) in ((Option, bool)[])
            [
                (ShuffleCaption, settings.ShuffleCaption),
                (EnableWildcard, settings.EnableWildcard),
                (CaptionDropoutRate, settings.CaptionDropoutRate > 0),
                (CaptionDropoutEveryNEpochs, settings.CaptionDropoutEveryNEpochs > 0),
                (CaptionTagDropoutRate, settings.CaptionTagDropoutRate > 0),
                (TokenWarmupStep, settings.TokenWarmupStep > 0),
            ])
        {
            if (changes)
            {
                yield return $"{cache} encodes each caption once, but {option} makes another of it each time. Set {option} to "
                    + $"{(option.DefaultText is "0" ? "0" : "false")}, or take {cache} away.";
            }
        }
    }

    private static IEnumerable<string> OfNoise(TrainingSettings settings)
    {
        var (min, max) = (settings.MinTimestep, settings.MaxTimestep);
        if (min > max || (min == max && max == 1000))
            yield return $"{MinTimestep} ({min}) leaves no timestep below {MaxTimestep} ({max}). Lower it.";
        if (settings.VParameterization is { } isVelocity && LossOfOtherPrediction(settings, isVelocity) is { } contradiction)
            yield return contradiction;
    }

    private static IEnumerable<string> OfRates(TrainingSettings settings)
    {
        var (unet, textEncoder) = (settings.UnetLr ?? settings.LearningRate, settings.TextEncoderLr);
        var learnsTextEncoder = !settings.NetworkTrainUnetOnly && !textEncoder.AreZero;
        if (unet == 0 && !learnsTextEncoder)
        {
            yield return "All learning rates are 0, so that nothing would be learnt. Set "
                + $"{(settings.UnetLr is null ? LearningRate : UnetLr)} or {TextEncoderLr} to more.";
        }

        if (HasNoBlocks(settings) && !learnsTextEncoder)
            yield return $"{DownLrWeight}, {MidLrWeight} and {UpLrWeight} are 0 in all blocks, so that nothing would be learnt. Raise "
                + "some.";
        if (settings.OptimizerType.HasOneRate && learnsTextEncoder && textEncoder.Values.Any(rate => rate != unet))
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{settings.OptimizerType} finds one learning rate for all weights, but {TextEncoderLr} ({textEncoder}) is another than "
                + $"{UnetLr} ({unet}). ")
                + "Set both to the same, usually 1.";
        }

        if (settings.OptimizerType.HasOneRate
            && new[] { LoraplusLrRatio, LoraplusUnetLrRatio, LoraplusTextEncoderLrRatio }
                .FirstOrDefault(option => settings.Get(option) is not null) is { } ratio)
        {
            yield return $"{settings.OptimizerType} finds one learning rate for all weights, and {ratio} asks for two. Take {ratio} away, "
                + "or another optimizer.";
        }

        foreach (var problem in OfSchedule(settings))
            yield return problem;
    }

    private static IEnumerable<string> OfSchedule(TrainingSettings settings)
    {
        var (schedule, arguments) = (settings.LrScheduler, settings.LrSchedulerArgs);
        foreach (var problem in arguments.ProblemsFor(settings.Text(LrScheduler), schedule.Arguments))
            yield return $"{LrSchedulerArgs}: {problem}";
        if (schedule == LearningRateSchedule.CosineWithMinLr)
        {
            var lowest = arguments.OptionalNumber(LearningRateSchedules.Lowest);
            if (lowest is null == settings.LrSchedulerMinLrRatio is null)
            {
                yield return $"{LrScheduler} cosine_with_min_lr needs {LrSchedulerMinLrRatio}, the lowest rate as a share of the highest, "
                    + $"or {LearningRateSchedules.Lowest} in {LrSchedulerArgs}, the lowest rate itself, and not both.";
            }
            else if (lowest > settings.LearningRate)
            {
                yield return FormattableString.Invariant(
                    $"{LearningRateSchedules.Lowest} in {LrSchedulerArgs} ({lowest}) is higher than {LearningRate} ")
                    + FormattableString.Invariant($"({settings.LearningRate}). Lower it.");
            }
        }

        if (schedule == LearningRateSchedule.Polynomial && settings.LearningRate <= settings.EndOfPolynomial)
        {
            yield return FormattableString.Invariant(
                $"{LrScheduler} polynomial ends at a rate of {settings.EndOfPolynomial}, so {LearningRate} ({settings.LearningRate}) must ")
                + "be higher.";
        }

        if (schedule == LearningRateSchedule.PiecewiseConstant && arguments.Word(LearningRateSchedules.Rules) is null)
        {
            yield return $"{LrScheduler} piecewise_constant needs {LearningRateSchedules.Rules} in {LrSchedulerArgs}, such as "
                + $"{LearningRateSchedules.Rules}='1:100,0.1:200,0.01'.";
        }
    }

    private static IEnumerable<string> OfComputing(TrainingSettings settings)
    {
        if (settings.FullFp16 && settings.OptimizerType.SquaresFollowWeights)
        {
            yield return $"{FullFp16} keeps what {settings.OptimizerType} averages in half precision, where squares of gradients vanish. "
                + $"Take an optimizer with 8 bits, lion or adafactor, or {FullBf16}.";
        }

        if ((settings.Fp8Base || settings.Fp8BaseUnet) && settings.MixedPrecision == ModelPrecision.Float32)
        {
            yield return $"{(settings.Fp8Base ? Fp8Base : Fp8BaseUnet)} needs {MixedPrecision} fp16 or bf16, the type to compute in. Set "
                + "one of them.";
        }

        if (settings.BlocksToSwap > 0 && !settings.GradientCheckpointing)
        {
            yield return $"{BlocksToSwap} needs {GradientCheckpointing}: without it the weights of all blocks are kept for the way back. "
                + $"Set {GradientCheckpointing} to true.";
        }

        if (settings.EmaDecay is not null && settings.OptimizerType.IsScheduleFree)
        {
            yield return $"{EmaDecay} averages the weights over the training, and so does {settings.OptimizerType} already. Take "
                + $"{EmaDecay} away, or another optimizer.";
        }

        foreach (var (option, precision) in new[] { (FullFp16, ModelPrecision.Float16), (FullBf16, ModelPrecision.BFloat16) })
        {
            if (settings.Get(option) && settings.MixedPrecision != precision)
            {
                yield return $"{option} needs {MixedPrecision} {MixedPrecision.Format(precision)}, but it is "
                    + $"{settings.Text(MixedPrecision)}. Set it so, or take {option} away.";
            }
        }
    }

    private static IEnumerable<string> OfAdapters(TrainingSettings settings)
    {
        if (settings.Algo == AdapterAlgorithm.Lora)
        {
            foreach (var option in new[] { DoraWd, UseTucker, UseScalar, TrainNorm, RsLora }.Where(settings.Get))
            {
                yield return $"{option} is LyCORIS', but {Algo} is lora, which is sd-scripts' own. "
                    + $"Set {Algo} to locon, or take {option} away.";
            }
        }

        if (settings.Algo != AdapterAlgorithm.LoKr)
        {
            foreach (var option in new Option[] { Factor, DecomposeBoth, FullMatrix, UnbalancedFactorization })
            {
                if (settings.Text(option) != option.DefaultText)
                    yield return $"{option} counts for {Algo} lokr only. Set {Algo} to lokr, or take {option} away.";
            }
        }

        if (settings.DoraWd && settings.NetworkDropout > 0)
        {
            yield return $"{NetworkDropout} does not go with {DoraWd}, which changes the weight as a whole. "
                + $"Take {RankDropout} or {ModuleDropout}.";
        }

        if (settings.DimFromWeights && settings.NetworkWeights is null)
            yield return $"{DimFromWeights} needs {NetworkWeights}, the LoRA file to take them from.";
    }
}
