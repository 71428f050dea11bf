using LoraBuild.Diffusion;
using LoraBuild.Protocol.Models;
using LoraBuild.Training.Adapters;
using LoraBuild.Training.Data;
using LoraBuild.Training.Engine;
using LoraBuild.Training.Jobs;
using LoraBuild.Training.Metadata;
using LoraBuild.Training.Saving;
using LoraBuild.Training.Schedules;
using LoraBuild.Training.Validation;

namespace LoraBuild.Training.Previews;

/// <summary>
/// Draws previews of a training that is over, where they were asked for, or changed, after it: from the files that it wrote, whose weights
/// are rounded. Moments of which there is no file are left out.
/// </summary>
public static class LatePreviews
{
    /// <summary>Draws what is missing, and writes the list.</summary>
    /// <param name="job">The training; its output folder holds its files.</param>
    /// <param name="log">Told what the author may want to know.</param>
    /// <param name="cancellation">Ends the drawing; finished pictures stay.</param>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB4xxx: the base model or a LoRA. LB6001: a picture cannot be
    /// written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static void Draw(TrainingJob job, Action<string>? log = null, CancellationToken cancellation = default)
    {
        using var scope = NewDisposeScope();
        var settings = job.Settings;
        var dataset = TrainingDataset.Create(job.DatasetFolder, ValidationSplit.Of(job.Manifest, settings).Training, settings);
        var plan = TrainingPlan.For(settings, dataset.SamplesPerEpoch, dataset.BatchesPerEpoch);
        var compute = ComputeDevice.For(settings);
        using var model = ModelFamilies.Load(job.BaseModel, compute.Type, compute.Device, job.ModelOptions);
        var facts = BaseModelFacts.Of(BaseModelFiles.Of(job.BaseModel, job.Vae), model);
        var previews = new PreviewPlan(settings, plan, job.SamplePrompts, job.OutputName);
        var painter = new PreviewPainter(model, facts, previews, job.SampleFolder, job.ShownSampleFolder);
        var saves = new SavePlan(job, plan);
        var missing = 0;
        foreach (var moment in previews.Moments.Where(moment => !painter.IsDrawn(moment)))
        {
            // Adapters begin without effect, unless they begin as another LoRA.
            var file = moment.Steps == 0 ? settings.NetworkWeights : saves.FileOf(moment.Steps);
            if (moment.Steps > 0 && !File.Exists(file))
            {
                missing++;
                continue;
            }

            using var lora = file is null ? null : AppliedLora.Apply(file, model);
            painter.Draw(moment, cancellation);
            log?.Invoke($"Previews -> {Path.Combine(job.ShownSampleFolder ?? job.SampleFolder, previews.GridOf(moment))}");
        }

        if (missing > 0)
            log?.Invoke(
                $"Previews: {missing} moments are left out, of which the training kept no file. LoraSaveEveryNEpochs decides which it "
                + "keeps.");
        painter.WriteSheet();
    }
}
