using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Text;
using LoraBuild.Dataset.Characters;

namespace LoraBuild.Dataset.CharacterFiles;

/// <summary>Finds the entries of character.yaml that name a picture, and the entries that name none.</summary>
internal sealed class PatternIndex<T>
{
    private readonly List<(PicturePattern Pattern, T Value)> entries;
    private readonly ILookup<string, int> byPath;
    private readonly List<int> globs = [];
    private readonly bool[] isUsed;

    private readonly IReadOnlySet<string> paths;

    /// <summary>Indexes entries; <paramref name="paths"/> are the project's pictures, composed (<see cref="NormalText"/>).</summary>
    public PatternIndex(IEnumerable<(PicturePattern Pattern, T Value)> entries, IReadOnlySet<string> paths)
    {
        this.paths = paths;
        this.entries = [.. entries];
        isUsed = new bool[this.entries.Count];
        byPath = Enumerable.Range(0, this.entries.Count).ToLookup(index => this.entries[index].Pattern.Text);
        for (var index = 0; index < this.entries.Count; index++)
        {
            var pattern = this.entries[index].Pattern;
            if (pattern.IsGlob && !paths.Contains(pattern.Text)) globs.Add(index);
        }
    }

    /// <summary>The entries that name a picture, in the file's order.</summary>
    public IReadOnlyList<T> Find(string path)
    {
        if (entries.Count == 0)
            return [];
        path = NormalText.Compose(path);
        var found = byPath[path].Concat(globs.Where(index => entries[index].Pattern.IsGlobMatch(path))).Distinct().Order().ToArray();
        foreach (var index in found) isUsed[index] = true;
        return [.. found.Select(index => entries[index].Value)];
    }

    /// <summary>
    /// One diagnostic for each entry that named no picture so far: an error, or a warning for a glob or a picture that is left out.
    /// </summary>
    /// <param name="file">The file of the entries.</param>
    /// <param name="leftOut">Those of the project's pictures that are left out.</param>
    public IEnumerable<Diagnostic> Unused(string file, IReadOnlySet<string> leftOut)
    {
        for (var index = 0; index < entries.Count; index++)
        {
            if (isUsed[index]) continue;
            var pattern = entries[index].Pattern;
            var (severity, message) = pattern.IsGlob && !paths.Contains(pattern.Text)
                ? (Severity.Warning, $"No picture matches '{pattern.Text}'.")
                : leftOut.Contains(pattern.Text)
                    ? (Severity.Warning, $"The picture '{pattern.Text}' is left out, so that this has no effect.")
                    : (Severity.Error, $"There is no picture '{pattern.Text}'.{Advice(pattern.Text)}");
            yield return new Diagnostic(DiagnosticCode.UnknownReference, severity, message, file, pattern.Line, pattern.Column);
        }
    }

    private string Advice(string text) => paths.Any(path => path.StartsWith(text.TrimEnd('/') + '/', StringComparison.Ordinal))
        ? $" For all pictures of this folder write '{text.TrimEnd('/')}/**'."
        : Nearest.Suggest(text, paths);
}
