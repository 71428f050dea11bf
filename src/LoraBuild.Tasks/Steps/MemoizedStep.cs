using LoraBuild.Base.Threading;

namespace LoraBuild.Tasks.Steps;

/// <summary>
/// The one mechanism behind every step: an output that still lies in its place with its key is left alone; one whose key the store knows
/// is copied from there; only the rest is made, and then stored.
/// </summary>
/// <param name="session">The build.</param>
/// <param name="step">The step's name, under which the store keeps the results.</param>
/// <param name="token">Ends the search for results.</param>
internal sealed class MemoizedStep(BuildSession session, string step, CancellationToken token)
{
    private const string OutputName = "output";

    /// <summary>Brings every output up to date.</summary>
    /// <param name="outputs">The files wanted.</param>
    /// <param name="make">
    /// Makes the outputs it is given, writing each to its target, and calls the action with the id of each that is done. Ids it leaves
    /// out have failed and were reported.
    /// </param>
    public StepTally Run(IReadOnlyList<StepOutput> outputs, Action<IReadOnlyList<StepOutput>, Action<string>> make)
    {
        var wanted = outputs.Where(output => session.State.FindOutput(output.Target, output.Key) is null).ToList();
        session.Store.Fetch([.. wanted.Select(output => output.Key)], token);
        var found = wanted.SelectInParallel(TryRestore, token);
        var missing = wanted.Where((_, i) => !found[i]).ToList();
        var restored = wanted.Count - missing.Count;

        var made = 0;
        if (missing.Count > 0)
        {
            var byId = missing.ToDictionary(output => output.Id, StringComparer.Ordinal);
            make(missing, id =>
            {
                var output = byId[id];
                session.State.RecordOutput(output.Target, output.Key);
                session.Store.Add(output.Key, [(OutputName, output.Target)], step);
                made++;
            });
        }

        return new StepTally(outputs.Count, made, restored, missing.Count - made);
    }

    private bool TryRestore(StepOutput output)
    {
        if (session.Store.Find(output.Key) is not { Files: [var file] } || !session.Store.TryPlace(file, output.Target))
            return false;
        session.State.RecordOutput(output.Target, output.Key, file.Content);
        return true;
    }
}
