using LoraBuild.Base.Diagnostics;
using LoraBuild.Training.Adapters;
using LoraBuild.Training.Data;
using LoraBuild.Training.Engine;
using LoraBuild.Training.Jobs;
using LoraBuild.Training.Metadata;
using LoraBuild.Training.Optimizers;
using LoraBuild.Training.Parameters;
using LoraBuild.Training.Schedules;

namespace LoraBuild.Training.Saving;

/// <summary>Writes the LoRA files and states of a training, and removes those that are not to be kept.</summary>
/// <param name="job">The training.</param>
/// <param name="dataset">The pictures, for the metadata.</param>
/// <param name="plan">The length of the training.</param>
/// <param name="network">The adapters.</param>
/// <param name="optimizer">The optimizer, which may hold other weights for use than for training.</param>
/// <param name="average">The average of the weights over the steps, or null.</param>
/// <param name="model">The files' metadata on the base model.</param>
/// <param name="compute">The number format that the training computes in.</param>
/// <param name="state">The state of the training.</param>
/// <param name="saves">The files and when they are written.</param>
internal sealed class TrainingFiles(
    TrainingJob job,
    TrainingDataset dataset,
    TrainingPlan plan,
    AdapterNetwork network,
    IOptimizer optimizer,
    WeightAverage? average,
    BaseModelFacts model,
    ComputeDevice compute,
    TrainingState state,
    SavePlan saves)
{
    /// <summary>Writes what belongs after a step, and removes older files.</summary>
    /// <param name="losses">The losses of the steps that are done.</param>
    /// <exception cref="LoraBuildException">LB6001: a file cannot be written.</exception>
    public void WriteAfter(IReadOnlyList<double> losses)
    {
        if (saves.After(losses.Count).ToList() is { Count: > 0 } due)
            Write(due, losses.Count);
        foreach (var file in saves.StatesAfter(losses.Count))
            state.Save(file, job.Key, losses);
        saves.RemoveOld(losses.Count);
    }

    /// <summary>Writes the finished LoRA, and the average where there is one.</summary>
    /// <returns>All files that the training leaves, the finished LoRA last.</returns>
    /// <exception cref="LoraBuildException">LB6001: it cannot be written.</exception>
    public IReadOnlyList<string> WriteFinished()
    {
        Write([saves.FinalFile], plan.TotalSteps);
        if (average is not null)
        {
            using var shown = average.Show();
            Write([saves.AverageFile], plan.TotalSteps);
        }

        return
        [
            .. saves.Kept(plan.TotalSteps), .. saves.StatesAfter(plan.TotalSteps), .. average is null ? (string[])[] : [saves.AverageFile],
            saves.FinalFile,
        ];
    }

    private void Write(IEnumerable<string> files, int steps)
    {
        using var shown = optimizer.ShowResult();
        foreach (var file in files)
        {
            LoraFile.Write(
                file,
                network,
                job.Settings.SavePrecision,
                TrainingMetadata.For(job, dataset, plan, model, compute.Precision, steps, plan.EpochOf(steps)));
        }
    }
}
