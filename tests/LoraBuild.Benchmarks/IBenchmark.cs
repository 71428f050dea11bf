namespace LoraBuild.Benchmarks;

/// <summary>A measurement that prints its figures, run as <c>dotnet run --project tests/LoraBuild.Benchmarks -- NAME</c>.</summary>
internal interface IBenchmark
{
    /// <summary>The name on the command line.</summary>
    string Name { get; }

    /// <summary>What it measures and which arguments it takes, in one line.</summary>
    string Summary { get; }

    /// <summary>Measures and prints.</summary>
    void Run(IReadOnlyList<string> arguments);
}
