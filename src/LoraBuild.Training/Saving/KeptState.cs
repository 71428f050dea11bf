using System.Globalization;
using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Training.Saving;

/// <summary>
/// The state that an interrupted training goes on from, in a file and, beside it, the one before: what was saved last may be damaged. A
/// cancellation saves it at once, also in the middle of a step, whose work so far is lost: a step of a large model can take a minute.
/// </summary>
/// <param name="state">The state of the training under way.</param>
/// <param name="path">The file.</param>
/// <param name="key">The key of the training.</param>
internal sealed class KeptState(TrainingState state, string path, string key)
{
    private static readonly TimeSpan CancelPatience = TimeSpan.FromSeconds(2);

    // Held while weights, optimizer and losses do not belong to the same step.
    private readonly Lock changing = new();
    private readonly string previous = path + ".previous";
    private int saved = -1;

    /// <summary>To be held from the first change of a step to its last.</summary>
    public Lock.Scope BeginChange() => changing.EnterScope();

    /// <summary>Puts back what an interrupted training left.</summary>
    /// <param name="isUsable">True if all else is there to go on after so many steps.</param>
    /// <param name="report">Told of a damaged state.</param>
    /// <returns>The losses of the steps that are done; null where the training starts anew.</returns>
    public IReadOnlyList<double>? Restore(Func<int, bool> isUsable, Action<Diagnostic>? report)
    {
        var damaged = new List<string>();
        foreach (var file in new[] { path, previous })
        {
            IReadOnlyList<double>? done = null;
            try
            {
                done = state.TryRestore(file, key, isUsable);
            }
            catch (LoraBuildException)
            {
                damaged.Add(file);
            }

            if (done is null)
                continue;
            // The one before must not make room for a damaged one.
            damaged.ForEach(File.Delete);
            Report(
                damaged, $"the training goes on from the one before, at step {(done.Count + 1).ToString(CultureInfo.InvariantCulture)}",
                report);
            saved = file == path ? done.Count : -1;
            return done;
        }

        Report(damaged, "the training starts anew", report);
        return null;
    }

    /// <summary>Saves the state after the steps that are done, unless it is saved.</summary>
    /// <exception cref="LoraBuildException">LB6001: the file cannot be written.</exception>
    public void Save(IReadOnlyList<double> losses)
    {
        using var scope = changing.EnterScope();
        if (losses.Count == saved || losses.Count == 0)
            return;
        if (File.Exists(path))
#pragma warning disable RS0030 // A whole file gets another name.
            File.Move(path, previous, overwrite: true);
#pragma warning restore RS0030
        state.Save(path, key, losses);
        saved = losses.Count;
    }

    /// <summary>Saves the state when the training is cancelled, whatever it is doing then.</summary>
    /// <param name="losses">The losses of the steps that are done.</param>
    /// <param name="report">Told where it cannot be saved.</param>
    /// <param name="cancellation">Cancels the training.</param>
    public CancellationTokenRegistration SaveOnCancel(
        IReadOnlyList<double> losses, Action<Diagnostic>? report, CancellationToken cancellation) => cancellation.Register(() =>
    {
        // Who cancels from within a change, or while one takes long, leaves it to the training, which ends before its next step.
        if (changing.IsHeldByCurrentThread || !changing.TryEnter(CancelPatience))
            return;
        try
        {
            Save(losses);
        }
        catch (LoraBuildException e)
        {
            report?.Invoke(e.Diagnostic);
        }
        finally
        {
            changing.Exit();
        }
    });

    private static void Report(List<string> damaged, string consequence, Action<Diagnostic>? report)
    {
        if (damaged.Count > 0)
        {
            report?.Invoke(new(
                DiagnosticCode.StateDamaged, Severity.Warning,
                $"The state of an interrupted training is damaged; {consequence}. Look at the disk if this happens again.", damaged[0]));
        }
    }
}
