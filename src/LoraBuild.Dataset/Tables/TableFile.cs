using System.Reflection;
using System.Text;
using LoraBuild.Base.Diagnostics;

namespace LoraBuild.Dataset.Tables;

/// <summary>One entry of a table file.</summary>
public sealed record TableEntry(string Text, int Line);

/// <summary>
/// The plain-text tables that ship with LoraBuild: one entry a line, lines that begin with white space continue the entry above,
/// <c>#</c> at the start of a line begins a comment.
/// </summary>
public static class TableFile
{
    /// <summary>The entries of an embedded table.</summary>
    /// <param name="name">Its resource name, such as <c>Tags/implications.txt</c>.</param>
    /// <param name="assembly">The assembly that holds it; null: this one.</param>
    public static IReadOnlyList<TableEntry> ReadEmbedded(string name, Assembly? assembly = null)
    {
        using var stream = (assembly ?? typeof(TableFile).Assembly).GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The table {name} is not embedded.");
        using var reader = new StreamReader(stream);
        return Parse(reader.ReadToEnd());
    }

    /// <summary>Splits a table's text into entries.</summary>
    public static IReadOnlyList<TableEntry> Parse(string text)
    {
        var entries = new List<TableEntry>();
        var current = new StringBuilder();
        var (number, start) = (0, 0);
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            var content = line.Trim();
            if (content.IsEmpty || line[0] == '#') continue;
            if (char.IsWhiteSpace(line[0]) && current.Length > 0)
            {
                current.Append(' ').Append(content);
                continue;
            }

            Complete();
            start = number;
            current.Append(content);
        }

        Complete();
        return entries;

        void Complete()
        {
            if (current.Length > 0) entries.Add(new TableEntry(current.ToString(), start));
            current.Clear();
        }
    }

    /// <summary>The error for an entry that does not follow its table's form.</summary>
    public static LoraBuildException Malformed(string file, TableEntry entry, string expected) =>
        new(DiagnosticCode.TableInvalid, $"'{entry.Text}' is not an entry of this table. Write {expected}.", file, entry.Line, 1);
}
