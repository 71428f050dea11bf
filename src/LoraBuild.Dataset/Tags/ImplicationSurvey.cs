using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;
using LoraBuild.Dataset.Tables;

namespace LoraBuild.Dataset.Tags;

/// <summary>Finds entries of an author's own table of implications that change nothing about the table that ships with LoraBuild.</summary>
public static class ImplicationSurvey
{
    private const string Implies = " <- ", Denies = " </- ", AnyWord = " *";

    /// <summary>A warning for each tag of an entry that changes nothing, and for a table without entries.</summary>
    /// <exception cref="LoraBuildException">LB3005: an entry is malformed, or entries form a circle. LB6004: the file cannot be
    /// read.</exception>
    public static IEnumerable<Diagnostic> Unused(string path) => Unused(Utf8Text.Read(path, DiagnosticCode.TableInvalid), path);

    /// <summary>The same from text; <paramref name="path"/> is named in diagnostics and not opened.</summary>
    internal static IEnumerable<Diagnostic> Unused(string text, string path)
    {
        var entries = TableFile.Parse(text);
        if (entries.Count == 0)
            yield return new Diagnostic(
                DiagnosticCode.NoEffect, Severity.Warning,
                "The table has no effect: it has no entry. Write one, or remove LoraImplications.", path);
        var withoutDenials = new Lazy<ImplicationTable>(() => ImplicationTable.ParseOwn(
            string.Join('\n', entries.Where(entry => !entry.Text.Contains(Denies, StringComparison.Ordinal)).Select(entry => entry.Text)),
            path));
        var said = new HashSet<(string Tag, string Implied)>();
        foreach (var entry in entries)
        {
            var denies = entry.Text.Contains(Denies, StringComparison.Ordinal);
            var sides = entry.Text.Split(denies ? Denies : Implies);
            var implied = Tag.Normalize(sides[0]);
            foreach (var tag in TagList.Parse(sides[1]).Where(tag => implied != "*"))
            {
                var isNew = said.Add((tag, implied));
                // A prefix stands for any tag that begins so.
                var example = tag.EndsWith(AnyWord, StringComparison.Ordinal) ? tag[..^1] + "x" : tag;
                if (denies && !withoutDenials.Value.Implies(example, implied))
                    yield return Warning(entry, $"'{tag}' does not say '{implied}' anyway");
                else if (!denies && (!isNew || ImplicationTable.Danbooru.Implies(example, implied)))
                    yield return Warning(
                        entry,
                        $"that '{tag}' says '{implied}' "
                        + $"{(isNew ? "stands in the table that ships with LoraBuild, or follows from the words" : "stands twice")}");
            }
        }

        Diagnostic Warning(TableEntry entry, string reason) => new(
            DiagnosticCode.NoEffect, Severity.Warning, $"The entry has no effect, or a part of it: {reason}. Remove it.", path, entry.Line,
            1);
    }
}
