namespace LoraBuild.Tasks.Steps;

/// <summary>
/// The end of a process's standard error: from the line that names a crash's cause on where there is one, else the last lines. Lines may
/// come on another thread.
/// </summary>
internal sealed class LastWords
{
    private const int Shown = 5;
    private const int ShownLength = 300;
    private const int Kept = 500;

    // Of the .NET runtime, and of the C++ library for libtorch's exceptions.
    private static readonly string[] Causes = ["Unhandled exception.", "Fatal error.", "Process terminated.", "terminate called"];
    private static readonly string[] StackFrames = ["   at ", "   --- ", "frame #"];

    private readonly List<string> lines = [];
    private bool cause;

    /// <summary>All that is kept, stack frames included: at most 500 lines after the cause.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (lines)
                return [.. lines];
        }
    }

    /// <summary>Adds a line.</summary>
    public void Add(string line)
    {
        lock (lines)
        {
            // Whatever is said while a process dies, the first cause is the cause.
            if (!cause && StartsWithAny(line, Causes))
            {
                cause = true;
                lines.Clear();
            }

            if (!cause && lines.Count == Shown)
                lines.RemoveAt(0);
            if (lines.Count < Kept)
                lines.Add(line);
        }
    }

    /// <summary>At most five lines in one, without stack frames; empty where nothing was said.</summary>
    public override string ToString()
    {
        var telling = Lines.Where(line => line.Length > 0 && !StartsWithAny(line, StackFrames)).Take(Shown);
        return string.Join(" / ", telling.Select(line => line.Length > ShownLength ? line[..ShownLength] + "..." : line));
    }

    private static bool StartsWithAny(string line, string[] starts) =>
        starts.Any(start => line.StartsWith(start, StringComparison.Ordinal));
}
