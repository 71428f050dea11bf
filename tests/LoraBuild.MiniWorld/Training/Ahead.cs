namespace LoraBuild.MiniWorld.Training;

/// <summary>Makes batches on other threads while a step runs; each is a function of its number, so their order is the same each time.</summary>
internal static class Ahead
{
    private const int Kept = 3;

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
