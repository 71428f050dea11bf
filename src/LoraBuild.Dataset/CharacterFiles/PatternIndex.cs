using LoraBuild.Base.Diagnostics;
using LoraBuild.Dataset.Characters;

namespace LoraBuild.Dataset.CharacterFiles;

/// <summary>Finds the entries of character.yaml that name a picture, and the entries that name none.</summary>
internal sealed class PatternIndex<T>
{
    private readonly List<(PicturePattern Pattern, T Value)> entries;
    private readonly ILookup<string, int> byPath;
    private readonly List<int> globs = [];
    private readonly bool[] isUsed;

    /// <summary>Indexes entries; <paramref name="paths"/> are the project's pictures.</summary>
    public PatternIndex(IEnumerable<(PicturePattern Pattern, T Value)> entries, IReadOnlySet<string> paths)
    {
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
        var found = byPath[path].Concat(globs.Where(index => entries[index].Pattern.IsGlobMatch(path))).Distinct().Order().ToArray();
        foreach (var index in found) isUsed[index] = true;
        return [.. found.Select(index => entries[index].Value)];
    }

    /// <summary>One diagnostic for each entry that named no picture so far: an error, or a warning for a glob.</summary>
    public IEnumerable<Diagnostic> Unused(string file, IReadOnlyCollection<string> paths)
    {
        for (var index = 0; index < entries.Count; index++)
        {
            if (isUsed[index]) continue;
            var pattern = entries[index].Pattern;
            var (severity, message) = pattern.IsGlob
                ? (Severity.Warning, $"No picture matches '{pattern.Text}'.")
                : (Severity.Error, $"There is no picture '{pattern.Text}'.{Nearest.Suggest(pattern.Text, paths)}");
            yield return new Diagnostic(DiagnosticCode.UnknownReference, severity, message, file, pattern.Line, pattern.Column);
        }
    }
}
