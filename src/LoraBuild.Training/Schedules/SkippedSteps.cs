namespace LoraBuild.Training.Schedules;

/// <summary>
/// The steps of a training whose gradients overflowed in half precision. They changed no weight, and the learning rates' schedule waits for
/// them, as sd-scripts' does: accelerate's <c>AcceleratedScheduler</c> makes no step where its optimizer's was skipped.
/// </summary>
public sealed class SkippedSteps
{
    private readonly List<int> steps = [];

    /// <summary>The steps, ascending, counted from 0.</summary>
    public IReadOnlyList<int> All => steps;

    /// <summary>How many of the steps before one were skipped.</summary>
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
