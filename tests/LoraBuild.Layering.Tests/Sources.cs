using System.Reflection;

namespace LoraBuild.Layering.Tests;

/// <summary>The C# files of the repository, without what builds put beside them.</summary>
internal static class Sources
{
    /// <summary>The folder of the repository.</summary>
    public static readonly string Root = typeof(Sources).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == "RepositoryRoot").Value!;

    /// <summary>Paths below the repository and contents of the files in one of its folders.</summary>
    public static IEnumerable<(string Path, string Text)> In(string folder) =>
        from file in Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
        let path = Path.GetRelativePath(Root, file)
        where !path.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj")
        orderby path
        select (path, File.ReadAllText(file));

    /// <summary>The number of the line, from 1, that holds a character of a text.</summary>
    public static int LineAt(string text, int index) => text.AsSpan(0, index).Count('\n') + 1;
}
