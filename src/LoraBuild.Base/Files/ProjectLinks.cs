using System.Collections.Concurrent;
using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Base.Files;

/// <summary>
/// Symbolic links among the files that a project reads. What lies below its folders may come from strangers, and a link in it could bring
/// any file of this machine into the dataset and the release. So a link that leads out is refused, unless the author allows it.
/// </summary>
/// <param name="folder">The project's folder, absolute. It may itself be reached by a link.</param>
/// <param name="areFollowed">True if the author allows links that lead out.</param>
public sealed class ProjectLinks(string folder, bool areFollowed)
{
    // As Linux bounds them.
    private const int MostHops = 40;

    private readonly ConcurrentDictionary<string, string?> realFolders = new(StringComparer.Ordinal);
    private readonly HashSet<string> roots = [Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))];

    // Folders whose files are taken unless they are links themselves: tens of thousands of pictures lie in a few.
    private readonly ConcurrentDictionary<string, bool> takenFolders = new(StringComparer.Ordinal);

    /// <summary>Takes another folder for a part of the project: that of a character whose file the project names.</summary>
    public void Add(string other)
    {
        if (roots.Add(Path.TrimEndingDirectorySeparator(Path.GetFullPath(other))))
            takenFolders.Clear();
    }

    /// <summary>
    /// The error for a file that a link leads out of the project; null for any other, also for one that does not exist. A file that the
    /// project names outside its folder is taken as it is, unless it is a link itself.
    /// </summary>
    /// <param name="path">An absolute path. Its names are compared by real paths, with every link on the way followed.</param>
    public Diagnostic? Refuse(string path)
    {
        if (areFollowed)
            return null;
        var named = Path.GetFullPath(path);
        var parent = Path.GetDirectoryName(named)!;
        if (takenFolders.ContainsKey(parent) && new FileInfo(named).LinkTarget is null)
            return null;
        if (RealFolder(parent) is not { } realParent || Real(realParent, Path.GetFileName(named)) is not { } real)
            return null;
        var around = roots.Any(root => IsBelow(root, named)) ? roots : roots.Append(parent);
        if (around.Any(root => RealFolder(root) is { } realRoot && IsBelow(realRoot, real)))
        {
            if (real == Path.Combine(realParent, Path.GetFileName(named)))
                takenFolders[parent] = true;
            return null;
        }

        return new(
            DiagnosticCode.LinkOutside,
            Severity.Error,
            $"A symbolic link leads out of the project, to '{real}', and is not followed. Put the file or folder itself here, or "
            + "set LoraFollowLinks to true if you trust whoever made the link.",
            named);
    }

    /// <summary>True if a path that a file of the project names lies outside its folders, and the author did not allow that.</summary>
    /// <param name="path">An absolute path.</param>
    public bool IsOutside(string path) =>
        !areFollowed && !roots.Any(root => IsBelow(root, Path.GetFullPath(path)));

    /// <summary>Throws the error of <see cref="Refuse"/>.</summary>
    /// <exception cref="LoraBuildException">LB1020: a link leads out of the project.</exception>
    public void Require(string path)
    {
        if (Refuse(path) is { } refusal)
            throw new LoraBuildException(refusal);
    }

    private static bool IsBelow(string folder, string path) =>
        path.Length > folder.Length && path.StartsWith(folder, StringComparison.Ordinal)
        && (path[folder.Length] == Path.DirectorySeparatorChar || Path.EndsInDirectorySeparator(folder));

    private string? RealFolder(string path) =>
        realFolders.GetOrAdd(path, static path => Path.GetPathRoot(path)! is var root ? Real(root, path[root.Length..]) : null);

    // Null for a circle of links.
    private static string? Real(string from, string path)
    {
        var (real, hops) = (from, 0);
        var left = new Stack<string>();
        Push(path);
        while (left.TryPop(out var name))
        {
            if (name is "" or ".")
                continue;
            if (name == "..")
            {
                real = Path.GetDirectoryName(real) ?? real;
                continue;
            }

            var next = Path.Combine(real, name);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }

            if (++hops > MostHops)
                return null;
            var root = Path.GetPathRoot(target)!;
            real = root.Length > 0 ? root : real;
            Push(target[root.Length..]);
        }

        return real;

        void Push(string names)
        {
            foreach (var name in names.Split(Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar).Reverse())
                left.Push(name);
        }
    }
}
