using LoraBuild.Base.Diagnostics;
using LoraBuild.Diffusion.Families;
using LoraBuild.Training.Engine;
using LoraBuild.Training.Jobs;
using LoraBuild.Training.Metadata;
using LoraBuild.Training.Optimizers;
using LoraBuild.Training.Schedules;

namespace LoraBuild.Training.Previews;

/// <summary>
/// Draws the previews of a training as it goes on. Where drawing ended early, what is missing is drawn when the training goes on.
/// </summary>
internal sealed class TrainingPreviews
{
    private readonly TrainingJob job;
    private readonly IOptimizer optimizer;
    private readonly PreviewPlan plan;
    private readonly PreviewPainter painter;

    private TrainingPreviews(TrainingJob job, IOptimizer optimizer, PreviewPlan plan, PreviewPainter painter) =>
        (this.job, this.optimizer, this.plan, this.painter) = (job, optimizer, plan, painter);

    /// <summary>The previews of a training; null where it has no prompts.</summary>
    /// <param name="job">The training.</param>
    /// <param name="plan">The length of the training.</param>
    /// <param name="model">The model, with its adapters.</param>
    /// <param name="facts">The pictures' metadata on the base model.</param>
    /// <param name="optimizer">The optimizer, which may hold other weights for use than for training.</param>
    /// <param name="resumedSteps">The steps before the state that the training resumed from.</param>
    public static TrainingPreviews? For(
        TrainingJob job, TrainingPlan plan, IDiffusionModel model, BaseModelFacts facts, IOptimizer optimizer, int resumedSteps)
    {
        if (job.SamplePrompts.Count == 0)
            return null;
        var previews = new PreviewPlan(job.Settings, plan, job.SamplePrompts, job.OutputName, resumedSteps);
        return new(job, optimizer, previews, new(model, facts, previews, job.SampleFolder, job.ShownSampleFolder));
    }

    /// <summary>True if pictures belong after so many steps.</summary>
    public bool IsDue(int steps) => plan.At(steps) is not null;

    /// <summary>Draws what is missing of the pictures after so many steps.</summary>
    /// <exception cref="LoraBuildException">LB5004: memory ran out. LB6001: a picture cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; what is drawn by then stays.</exception>
    public void Draw(int steps, Action<string>? log, CancellationToken cancellation)
    {
        if (plan.At(steps) is not { } moment || painter.IsDrawn(moment))
            return;
        try
        {
            using var shown = optimizer.ShowResult();
            painter.Draw(moment, cancellation);
        }
        catch (Exception e) when (OutOfMemory.IsCauseOf(e))
        {
            throw OutOfMemory.Explain(moment, e);
        }

        var title = moment.Epoch is { } epoch and > 0 ? $"of epoch {epoch}" : $"after step {moment.Steps}";
        log?.Invoke($"Previews {title} -> {Path.Combine(job.ShownSampleFolder ?? job.SampleFolder, plan.GridOf(moment))}");
    }

    /// <summary>Lists the pictures. Where prompts were changed on the way, earlier ones are missing, and there is no list.</summary>
    /// <exception cref="LoraBuildException">LB6001: the list cannot be written.</exception>
    public void Finish()
    {
        if (plan.Moments.All(painter.IsDrawn))
            painter.WriteSheet();
    }
}
