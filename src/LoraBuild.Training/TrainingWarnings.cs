using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Pictures;
using LoraBuild.Dataset.Tags;
using LoraBuild.Diffusion.Families;
using LoraBuild.Settings;
using LoraBuild.Training.Captions;
using LoraBuild.Training.Data;
using LoraBuild.Training.Schedules;

namespace LoraBuild.Training;

/// <summary>Warnings of what has no effect in a training, as far as only its dataset, its length or its model tell.</summary>
public static class TrainingWarnings
{
    /// <summary>LB5008 for settings that never count in a training of this length and dataset.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="plan">The length of the training.</param>
    /// <param name="dataset">The pictures that are trained on.</param>
    /// <param name="validated">The number of pictures that are measured instead.</param>
    public static IEnumerable<Diagnostic> OfSettings(
        TrainingSettings settings, TrainingPlan plan, TrainingDataset dataset, int validated) =>
        from message in OfRates(settings, plan).Concat(OfMoments(settings, plan)).Concat(OfPictures(settings, plan, dataset, validated))
        select new Diagnostic(DiagnosticCode.SettingWithoutEffect, Severity.Warning, message);

    /// <summary>LB5009 where captions have more tokens than <c>max_token_length</c>; it names the pictures.</summary>
    /// <param name="settings">The settings of captions.</param>
    /// <param name="dataset">The pictures.</param>
    /// <param name="model">The model, whose tokenizer counts.</param>
    public static Diagnostic? OfCaptions(TrainingSettings settings, TrainingDataset dataset, IDiffusionModel model)
    {
        var most = settings.MaxTokenLength;
        var tooLong = dataset.Pictures
            .Select(picture => (picture.Name, Count: CaptionProcessor.MostTokens(picture.Caption, settings, text => model.CountTokens(
                text, settings.WeightedCaptions))))
            .Where(picture => picture.Count > most)
            .Select(picture => string.Create(CultureInfo.InvariantCulture, $"{picture.Name} ({picture.Count})"))
            .ToList();
        if (tooLong.Count == 0)
            return null;
        var part = settings.ShuffleCaption ? "another part each time, as tags are shuffled; the trigger word never" : "their end";
        var cure = most < Options.MaxTokenLength.Default ? $"Shorten them, or raise {Options.MaxTokenLength}." : "Shorten them.";
        return new(
            DiagnosticCode.TextTooLong,
            Severity.Warning,
            $"Captions have more tokens than {Options.MaxTokenLength} ({most}), and what is beyond is not learnt: {part}. {cure} "
                + $"Tokens: {PictureEnumeration.Of(tooLong)}.");
    }

    /// <summary>LB5011 where the model was made for larger pictures than <c>resolution</c>.</summary>
    /// <param name="settings">The resolution.</param>
    /// <param name="model">The model.</param>
    public static Diagnostic? OfResolution(TrainingSettings settings, IDiffusionModel model) =>
        model.BestSize is { } best && settings.TrainedResolution.Area < best.Area / 2
            ? new(
                DiagnosticCode.SmallResolution,
                Severity.Warning,
                $"The base model was made for pictures of {best}, and {Options.Resolution} is {settings.TrainedResolution}: it draws small "
                + $"pictures badly, and learns from them to do so. Set LoraResolution to {best.Width},{best.Height}.")
            : null;

    /// <summary>LB5008 for each setting that changes nothing with the model.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="model">The model.</param>
    public static IEnumerable<Diagnostic> OfModel(TrainingSettings settings, IDiffusionModel model) =>
        from message in model.WithoutEffect(settings).Concat(OfDevice(settings, model))
        select new Diagnostic(DiagnosticCode.SettingWithoutEffect, Severity.Warning, message);

    private static IEnumerable<string> OfDevice(TrainingSettings settings, IDiffusionModel model)
    {
        if (settings.BlocksToSwap > 0 && model.Device.type == DeviceType.CPU)
        {
            yield return $"{Options.BlocksToSwap} has no effect: the training runs on a CPU, whose memory is the only one. Take it away, "
                + "or leave it for a machine with a GPU.";
        }
    }

    private static IEnumerable<string> OfRates(TrainingSettings settings, TrainingPlan plan)
    {
        var curve = plan.Curve(settings);
        if (!curve.Schedule.HasWarmup)
            yield break;
        if (plan.WarmupSteps > 0 && plan.WarmupSteps >= plan.TotalSteps)
        {
            var reached = curve.FactorAt(plan.TotalSteps - 1);
            var (unet, textEncoder) = (settings.UnetLr ?? settings.LearningRate, settings.TextEncoderLr);
            var length = string.Create(CultureInfo.InvariantCulture, $"{plan.WarmupSteps} steps, but the training has {plan.TotalSteps}");
            var second = settings.NetworkTrainUnetOnly || textEncoder.AreZero
                ? ""
                : $" (text encoder: {Rates(reached, textEncoder)} instead of {Rates(1, textEncoder)})";
            yield return $"{Options.LrWarmupSteps} is {settings.LrWarmupSteps}, {length}: the learning rate rises to "
                + $"{Rate(reached * unet)} instead of {Rate(unet)}{second}. Shorten it, take 'auto', or train longer.";
        }

        if (curve.Schedule == LearningRateSchedule.WarmupStableDecay && plan.WarmupSteps + (long)plan.DecaySteps > plan.TotalSteps)
        {
            var length = string.Create(
                CultureInfo.InvariantCulture,
                $"{plan.WarmupSteps} and {plan.DecaySteps} steps, together more than the training's {plan.TotalSteps}");
            yield return $"{Options.LrWarmupSteps} and {Options.LrDecaySteps} are {length}: what goes beyond has no effect. Shorten them.";
        }
    }

    private static string Rates(double factor, TextEncoderRates rates) =>
        string.Join(", ", rates.Values.Select(rate => Rate(factor * rate)));

    private static string Rate(double rate) => rate.ToString("0.###e0", CultureInfo.InvariantCulture);

    // What happens every so often, or from a moment on, but only after the training's end.
    private static IEnumerable<string> OfMoments(TrainingSettings settings, TrainingPlan plan)
    {
        var (epochs, steps) = (plan.Epochs, plan.TotalSteps);
        if (settings.SaveEveryNEpochs > 1 && settings.SaveEveryNEpochs >= epochs)
            yield return Never(
                Options.SaveEveryNEpochs, settings.SaveEveryNEpochs, $"{epochs} epochs", "no file is written but the finished one");
        if (settings.SaveEveryNSteps >= steps)
            yield return Never(Options.SaveEveryNSteps, settings.SaveEveryNSteps, $"{steps} steps", "no such file is written");
        if (settings.CaptionDropoutEveryNEpochs > epochs)
            yield return Never(
                Options.CaptionDropoutEveryNEpochs, settings.CaptionDropoutEveryNEpochs, $"{epochs} epochs", "no caption is left out");
        if (settings.TokenWarmupStep > steps)
            yield return Never(Options.TokenWarmupStep, settings.TokenWarmupStep, $"{steps} steps", "captions never have all their tags");
        if (settings.ValidationSplit > 0 && settings.ValidateEveryNEpochs > epochs)
            yield return Never(
                Options.ValidateEveryNEpochs, settings.ValidateEveryNEpochs, $"{epochs} epochs", "nothing is measured by it");
        if (settings.ValidationSplit > 0 && settings.ValidateEveryNSteps > steps)
            yield return Never(Options.ValidateEveryNSteps, settings.ValidateEveryNSteps, $"{steps} steps", "nothing is measured by it");
        if (settings is { SamplePrompts: not null, SampleEveryNEpochs: { } everyEpochs } && everyEpochs > epochs)
            yield return Never(Options.SampleEveryNEpochs, everyEpochs, $"{epochs} epochs", "no preview is drawn by it");
        if (settings is { SamplePrompts: not null, SampleEveryNEpochs: null, SampleEveryNSteps: { } everySteps } && everySteps > steps)
            yield return Never(Options.SampleEveryNSteps, everySteps, $"{steps} steps", "no preview is drawn by it");
    }

    private static IEnumerable<string> OfPictures(TrainingSettings settings, TrainingPlan plan, TrainingDataset dataset, int validated)
    {
        if (settings.PriorLossWeight != Options.PriorLossWeight.Default && !dataset.Pictures.Any(picture => picture.IsRegularization))
            yield return $"{Options.PriorLossWeight} has no effect: the dataset has no regularisation images. Take it away, or add some.";
        if (settings.ValidationSplit > 0 && validated == 0)
        {
            yield return $"{Options.ValidationSplit} ({settings.Text(Options.ValidationSplit)}) has no effect: it is less than one picture "
                + "of each group. Raise it, or take it away.";
        }

        foreach (var (option, what, isThere) in OfCaptionSyntax(settings))
        {
            if (!dataset.Pictures.Any(picture => isThere($"{settings.CaptionPrefix} {picture.Caption} {settings.CaptionSuffix}")))
                yield return $"{option} has no effect: no caption has {what}. Take it away, or write it into tag files.";
        }

        if (settings.GradientAccumulationSteps > plan.BatchesPerEpoch)
        {
            var batches = string.Create(
                CultureInfo.InvariantCulture, $"{settings.GradientAccumulationSteps}, but an epoch has {plan.BatchesPerEpoch} batches");
            yield return $"{Options.GradientAccumulationSteps} is {batches}, which a step takes at most. Lower it.";
        }
    }

    private static IEnumerable<(Option Option, string What, Func<string, bool> IsThere)> OfCaptionSyntax(TrainingSettings settings)
    {
        if (settings.EnableWildcard)
        {
            yield return (
                Options.EnableWildcard, "alternatives in braces or several lines", caption => caption.AsSpan().IndexOfAny('{', '\n') >= 0);
        }

        if (settings.WeightedCaptions)
        {
            yield return (
                Options.WeightedCaptions, "brackets that weigh words", caption => TagList.Parse(caption).Any(Tag.IsWeighted));
        }

        if (settings.KeepTokensSeparator is { } bar)
            yield return (Options.KeepTokensSeparator, $"'{bar}'", caption => caption.Contains(bar, StringComparison.Ordinal));
        if (settings.SecondarySeparator is { } secondary)
            yield return (Options.SecondarySeparator, $"'{secondary}'", caption => caption.Contains(secondary, StringComparison.Ordinal));
    }

    private static string Never(Option option, object? value, string length, string consequence) =>
        string.Create(
            CultureInfo.InvariantCulture, $"{option} is {value}, but the training has {length}: {consequence}. Lower it, or train longer.");
}
