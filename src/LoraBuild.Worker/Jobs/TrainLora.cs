using System.Globalization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Dataset.Manifest;
using LoraBuild.Protocol;
using LoraBuild.Protocol.Logging;
using LoraBuild.Settings;
using LoraBuild.Training;
using LoraBuild.Training.Jobs;
using LoraBuild.Training.Previews;

namespace LoraBuild.Worker.Jobs;

/// <summary>Trains the LoRA, telling the author step, loss, speed and time left every few seconds.</summary>
internal static class TrainLora
{
    /// <summary>
    /// One finished item, whose fact <see cref="TrainJob.FilesFact"/> lists the names of the written files, a line each. None, but LB5005,
    /// where the training stopped before its end.
    /// </summary>
    /// <exception cref="OperationCanceledException">The job was cancelled; its state is saved.</exception>
    public static void Run(TrainJob job, EventWriter events, CancellationToken token)
    {
        if (TrainingOf(job, events, token) is not { } training)
            return;

        // libtorch takes a thread for each physical core; a second one on the same core is worth a third of the time.
        if (Environment.GetEnvironmentVariable("OMP_NUM_THREADS") is null)
            torch.set_num_threads(Math.Max(torch.get_num_threads(), Math.Min(2, Environment.ProcessorCount)));
        // A worker whose build was killed may still be saving its state here.
        using var alone = FileLock.TakeAsync(
            Path.Combine(job.OutputFolder, "train.lock"), () => events.Progress("Train: waiting for the worker of an earlier build to end"),
            token).GetAwaiter().GetResult();
        using var turn = job.LocksFolder is { } locks
            ? MachineLock.Take(locks, LockName(), holder => TellWaiting(events, holder), events.Report, token)
            : null;
        training = training with { StopAfter = job.StopAfterMinutes is { } minutes ? TimeSpan.FromMinutes(minutes) : null };
        var result = Trainer.Run(training, new ProgressEvents(events), line => events.Progress($"Train: {line}"), events.Report, token);
        if (!result.IsFinished)
        {
            events.Report(new(
                DiagnosticCode.TrainingStopped,
                Severity.Warning,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"After {job.StopAfterMinutes} minutes the training stopped at step {result.Steps} of {result.TotalSteps}, as "
                    + $"LoraStopAfterMinutes says. There is no finished LoRA yet: build again, which goes on there.")));
            return;
        }

        events.Progress(string.Create(
            CultureInfo.InvariantCulture,
            $"Train: {result.Steps} steps done, {LossOverTime(result)}"));
        var log = TrainingLog.FileName(job.OutputName);
        result.Log.Write(Path.Combine(job.OutputFolder, log));
        events.Finished(
            "lora",
            new Dictionary<string, string> { [TrainJob.FilesFact] = string.Join('\n', [log, .. result.Files.Select(Path.GetFileName)]) });
    }

    /// <summary>One finished item when the previews and their list lie in the job's folder.</summary>
    /// <exception cref="OperationCanceledException">The job was cancelled; what is drawn stays.</exception>
    public static void DrawPreviews(PreviewJob job, EventWriter events, CancellationToken token)
    {
        if (TrainingOf(job.Training, events, token) is not { } training)
            return;
        LatePreviews.Draw(training, events.Progress, token);
        events.Finished("previews");
    }

    // Null where the settings are wrong, which is reported.
    private static TrainingJob? TrainingOf(TrainJob job, EventWriter events, CancellationToken token)
    {
        var settings = TrainingSettings.Parse(job.Options, out var problems);
        var prompts = SamplePrompts.Read(settings, out var ofPrompts);
        // Warnings were told by CheckSettings.
        foreach (var problem in problems.Concat(ofPrompts).Where(problem => problem.Severity == Severity.Error))
            events.Report(problem);
        if (events.HasErrors)
            return null;
        return new TrainingJob(
            job.Dataset, DatasetFile.Read(job.Dataset), job.BaseModel, job.Tokenizer, settings, job.OutputFolder, job.OutputName,
            job.StateFile, job.Key)
        {
            CachePath = job.CachePath,
            Vae = job.Vae,
            Deterministic = job.Deterministic,
            FetchTokenizer = PublishedTokenizer.From(job.CachePath, job.TokenizerUrl, "Train", events, token),
            SamplePrompts = job.SampleFolder is null ? [] : prompts,
            SampleFolder = job.SampleFolder ?? "",
            ShownSampleFolder = job.ShownSampleFolder,
        };
    }

    private static string LossOverTime(TrainingResult result) => result.Epochs == 1
        ? string.Create(CultureInfo.InvariantCulture, $"with a mean loss of {result.LastEpochLoss:0.0000}")
        : string.Create(
            CultureInfo.InvariantCulture,
            $"the mean loss went from {result.FirstEpochLoss:0.0000} in the first epoch to {result.LastEpochLoss:0.0000} in the last");

    // One training at a time on each GPU, and one on the processor: two would take turns at its memory and be slower than one after the
    // other.
    private static string LockName()
    {
        if (!torch.cuda.is_available())
            return "training-cpu";
        var first = Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES")?.Split(',')[0].Trim();
        return $"training-gpu-{(string.IsNullOrEmpty(first) ? "0" : first)}";
    }

    private static void TellWaiting(EventWriter events, int? holder) =>
        events.Progress(
            $"Train: waiting for another training{(holder is { } id ? string.Create(CultureInfo.InvariantCulture, $" (pid {id})") : "")}");

    private sealed class ProgressEvents(EventWriter events) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => events.Progress(string.Create(
            CultureInfo.InvariantCulture,
            $"Train: step {value.Step} of {value.TotalSteps}, epoch {value.Epoch} of {value.Epochs}, loss {value.AverageLoss:0.0000}, "
            + $"{value.StepsPerSecond:0.00} steps/s, {value.Remaining:h\\:mm\\:ss} left"));
    }
}
