using LoraBuild.Diffusion.Layers;
using LoraBuild.Protocol.Logging;
using LoraBuild.Settings;
using LoraBuild.Training.Parameters;

namespace LoraBuild.Training.Schedules;

/// <summary>The learning rates of a training.</summary>
/// <param name="plan">The plan, which says how long the training is.</param>
/// <param name="settings">The highest rates, and how they change.</param>
/// <param name="groups">The groups that are trained.</param>
/// <param name="skipped">The steps that the schedule waits for.</param>
public sealed class LearningRates(
    TrainingPlan plan, TrainingSettings settings, IReadOnlyList<ParameterGroup> groups, SkippedSteps skipped)
{
    private readonly LearningRateCurve curve = plan.Curve(settings);

    // Of the steps before those that this training makes itself.
    private IReadOnlyDictionary<string, double[]> past = new Dictionary<string, double[]>();

    /// <summary>The groups that are trained, in the order of the model's parts.</summary>
    public IReadOnlyList<ParameterGroup> Groups => groups;

    /// <summary>The rate that a step uses.</summary>
    /// <param name="step">The step, counted from 0; steps before it that were skipped are known.</param>
    /// <param name="group">The group of weights.</param>
    public double At(int step, ParameterGroup group) => past.TryGetValue(group.Name, out var used) && step < used.Length
        ? used[step]
        : curve.FactorAt(step - skipped.Before(step)) * group.LearningRate(settings);

    /// <summary>The rates that a group had in the first steps.</summary>
    public double[] UpTo(int steps, ParameterGroup group) => [.. Enumerable.Range(0, steps).Select(step => At(step, group))];

    /// <summary>Puts back a saved state: the steps before may be another training's, with rates of its own.</summary>
    /// <param name="saved">The rates of the steps that are done, by the group's name.</param>
    public void Restore(IReadOnlyDictionary<string, double[]> saved) => past = saved;

    /// <summary>The log of a training.</summary>
    /// <param name="losses">The loss of every step that is done.</param>
    public TrainingLog LogOf(IReadOnlyList<double> losses)
    {
        return new(plan.StepsPerEpoch, losses, All(PartKind.Denoiser)!, All(PartKind.TextEncoder));

        double[]? All(PartKind kind) => groups.FirstOrDefault(group => group.Kind == kind) is { } group
            ? UpTo(losses.Count, group)
            : null;
    }
}

/// <summary>
/// The steps of a training whose gradients overflowed in half precision. They changed no weight, and the learning rates' schedule waits for
/// them, as sd-scripts' does: accelerate's <c>AcceleratedScheduler</c> makes no step where its optimizer's was skipped.
/// </summary>
public sealed class SkippedSteps
{
    private readonly List<int> steps = [];

    /// <summary>The steps, ascending, counted from 0.</summary>
    public IReadOnlyList<int> All => steps;

    /// <summary>Counts the skipped steps before one.</summary>
    /// <param name="step">The step, counted from 0.</param>
    public int Before(int step)
    {
        var place = steps.BinarySearch(step);
        return place < 0 ? ~place : place;
    }

    /// <summary>Adds a step.</summary>
    /// <param name="step">Its number from 0, higher than those before.</param>
    public void Add(int step) => steps.Add(step);

    /// <summary>Puts back a saved state.</summary>
    /// <param name="saved">The steps, ascending.</param>
    public void Restore(IEnumerable<int> saved)
    {
        steps.Clear();
        steps.AddRange(saved);
    }
}
