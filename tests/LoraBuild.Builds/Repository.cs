using System.Reflection;

namespace LoraBuild.Builds;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Metadata("RepositoryRoot");

    /// <summary>The engines that the tests were built with, as arguments of <c>dotnet build</c>.</summary>
    public static IReadOnlyList<string> EngineProperties { get; } = Metadata("EngineProperties").Split(' ');

    /// <summary>The NuGet packages that LoraBuild was built with; the benchmarks, which have this file too, know none.</summary>
    public static string NuGetPackages => Metadata("NuGetPackages");

    public static string Example => Path.Combine(Root, "example-project");

    private static string Metadata(string key) => typeof(Repository).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
