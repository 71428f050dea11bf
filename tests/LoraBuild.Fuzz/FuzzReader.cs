namespace LoraBuild.Fuzz;

/// <summary>Something that reads what others sent.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="FileName">The name of the file that it reads.</param>
/// <param name="Seeds">Sound files, of which damaged ones are made.</param>
/// <param name="Tokens">Parts that such files are made of.</param>
/// <param name="Read">
/// Reads the file at a path. A <see cref="Base.Diagnostics.LoraBuildException"/> is an answer; any other exception is a fault.
/// </param>
internal sealed record FuzzReader(
    string Name, string FileName, IReadOnlyList<byte[]> Seeds, IReadOnlyList<byte[]> Tokens, Action<string> Read)
{
    /// <summary>Makes the sums of a damaged file right again, so that what lies behind them is reached.</summary>
    public Func<byte[], byte[]> Repair { get; init; } = file => file;

    /// <summary>The number of cases in a test run.</summary>
    public int TestCases { get; init; } = 400;

    /// <summary>The most memory that a case may take, in bytes, managed and native.</summary>
    public long MemoryLimit { get; init; } = 512L << 20;
}
