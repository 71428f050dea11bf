namespace LoraBuild.Base.Threading;

/// <summary>Work on the items of a list on all processors.</summary>
public static class ParallelLists
{
    // Enough runs that processors end at about the same time.
    private const int RunsEach = 16, LongestRun = 64;

    /// <summary>Does something with each item, in no order.</summary>
    /// <param name="items">The items.</param>
    /// <param name="action">The work on an item; called from several threads. Its exception is thrown as it is, one of several where
    /// several fail.</param>
    /// <param name="token">Ends it between two items.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static void ForEachInParallel<T>(this IReadOnlyList<T> items, Action<T> action, CancellationToken token = default) =>
        items.ForEachIndex(i => action(items[i]), token);

    /// <summary>Calls <paramref name="select"/> for each item on all processors. The results come in the order of the items.</summary>
    /// <param name="items">The items.</param>
    /// <param name="select">Called from several threads. What it throws is thrown as it is, one of several where several fail.</param>
    /// <param name="token">Ends it between two items.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static TResult[] SelectInParallel<T, TResult>(
        this IReadOnlyList<T> items, Func<T, TResult> select, CancellationToken token = default)
    {
        var results = new TResult[items.Count];
        items.ForEachIndex(i => results[i] = select(items[i]), token);
        return results;
    }

    private static void ForEachIndex<T>(this IReadOnlyList<T> items, Action<int> action, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        // After an edit it is one item a step, for which a parallel loop costs more than the work.
        if (items.Count == 1)
        {
            action(0);
            return;
        }

        // By runs, since handing out an item can cost more than the work on it. Other loops throw an exception about exceptions.
        var run = Math.Clamp(items.Count / (RunsEach * Environment.ProcessorCount), 1, LongestRun);
        Parallel.ForAsync(0, (items.Count + run - 1) / run, token, (part, _) =>
        {
            for (var i = part * run; i < Math.Min(items.Count, (part + 1) * run) && !token.IsCancellationRequested; i++)
                action(i);
            return ValueTask.CompletedTask;
        }).GetAwaiter().GetResult();
        token.ThrowIfCancellationRequested();
    }
}
