using LoraBuild.Base.Hashing;

namespace LoraBuild.Pages.Releases;

/// <summary>A file that a result was made from.</summary>
/// <param name="Name">Its path within the project, with forward slashes; of a file elsewhere, which is nobody's business, its name
/// alone.</param>
/// <param name="Sha256">SHA-256 of its bytes.</param>
public sealed record ReleaseInput(string Name, ContentHash Sha256)
{
    /// <summary>The files that a build read, by name and then hash, each once.</summary>
    /// <param name="read">The files, as absolute paths.</param>
    /// <param name="projectFolder">The project's folder.</param>
    /// <param name="ownFolders">Folders of files that are no input: what builds made, and LoraBuild itself.</param>
    public static IReadOnlyList<ReleaseInput> Of(
        IEnumerable<KeyValuePair<string, ContentHash>> read, string projectFolder, IReadOnlyList<string> ownFolders) =>
    [
        // Paths may have come by way of another folder: /lorabuild/build/../src.
        .. read.Select(file => KeyValuePair.Create(Path.GetFullPath(file.Key), file.Value))
            .Where(file => !ownFolders.Any(folder => IsBelow(folder, file.Key)))
            .Select(file => new ReleaseInput(
                IsBelow(projectFolder, file.Key) ? Within(projectFolder, file.Key) : Path.GetFileName(file.Key), file.Value))
            .Distinct()
            .OrderBy(input => input.Name, StringComparer.Ordinal)
            .ThenBy(input => input.Sha256.ToString(), StringComparer.Ordinal),
    ];

    private static bool IsBelow(string folder, string path) =>
        path.StartsWith(Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private static string Within(string folder, string path) =>
        Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/');
}
