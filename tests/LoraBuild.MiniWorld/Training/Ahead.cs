namespace LoraBuild.MiniWorld.Training;

/// <summary>
/// Makes batches on other threads while a step runs; each is a function of its number, so their order is the same each time.
/// </summary>
internal static class Ahead
{
    // Each batch takes one thread: as many at a time as there are cores, and as many again that wait to be taken.
    private static readonly int Kept = Math.Max(4, 2 * Environment.ProcessorCount);

    /// <summary>The batches of these numbers, in order.</summary>
    public static IEnumerable<T> Of<T>(int count, Func<int, T> make)
    {
        var waiting = new Queue<Task<T>>();
        for (var i = 0; i < count; i++)
        {
            var number = i;
            waiting.Enqueue(Task.Run(() => make(number)));
            if (waiting.Count > Kept)
                yield return waiting.Dequeue().GetAwaiter().GetResult();
        }
        while (waiting.Count > 0)
            yield return waiting.Dequeue().GetAwaiter().GetResult();
    }
}
