using LoraBuild.Base.Diagnostics;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace LoraBuild.Base.Yaml;

/// <summary>
/// Reads one YAML document into nodes that know their place. Anchors and aliases work; tags (<c>!!str</c>) are ignored; merge keys
/// (<c>&lt;&lt;</c>), which YAML 1.2 no longer has, are refused. YamlDotNet's own document model stops at the first repeated key and keeps
/// no key's place, so it is not used.
/// </summary>
public static class YamlReader
{
    /// <summary>The depth to which a document may nest; character.yaml needs six levels.</summary>
    private const int DepthLimit = 32;

    // Of YamlDotNet's messages about what is not closed.
    private const string EndOfStream = "end of stream";

    /// <summary>The document, or null where the text holds none (empty, or only comments).</summary>
    /// <exception cref="LoraBuildException"><see cref="DiagnosticCode.YamlSyntax"/> with line and column.</exception>
    public static YamlNode? Read(string text, string file)
    {
        try
        {
            return ReadDocument(text, file);
        }
        catch (LoraBuildException exception) when (TabIn(text) is { } tab && !IsFaultyBefore(tab, text, file))
        {
            // The parser finds it anywhere: at the file's beginning, or as an open bracket.
            throw Syntax("A tab stands at the beginning of this line, where YAML takes spaces alone. Replace it by spaces.", tab, file, exception);
        }
    }

    // The first tab among the white space that a line with something on it begins with.
    private static Mark? TabIn(string text)
    {
        var (start, number) = (0L, 0L);
        foreach (var line in text.Split('\n'))
        {
            number++;
            var indentation = line.Length - line.TrimStart(' ', '\t').Length;
            var tab = line.AsSpan(0, indentation).IndexOf('\t');
            if (tab >= 0 && line.AsSpan(indentation).Trim() is not ([] or ['#', ..]))
                return new Mark(start + tab, number, tab + 1);
            start += line.Length + 1;
        }

        return null;
    }

    // Whether what stands before a line is no YAML, whatever follows.
    private static bool IsFaultyBefore(Mark place, string text, string file)
    {
        try
        {
            ReadDocument(text[..(int)(place.Index - place.Column + 1)], file);
            return false;
        }
        catch (LoraBuildException exception)
        {
            // A bracket or quote may be closed in that line or later.
            return exception.InnerException?.Message.Contains(EndOfStream, StringComparison.Ordinal) != true;
        }
    }

    private static YamlNode? ReadDocument(string text, string file)
    {
        var parser = new Parser(new StringReader(text));
        try
        {
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _)) return null;
            parser.Consume<DocumentStart>();
            var root = ReadNode(parser, [], file, 0);
            parser.Consume<DocumentEnd>();
            if (!parser.Accept<StreamEnd>(out _))
                throw Syntax("The file holds more than one document. Keep one character a file, without '---'.", parser.Current!.Start, file);
            return root;
        }
        catch (YamlException exception)
        {
            // An error ends where it was found; one of the end of the file says more where it began.
            var isAtEnd = exception.Message.Contains(EndOfStream, StringComparison.Ordinal);
            var message = $"{exception.Message.TrimEnd('.')}.{Hint(exception.Message, text, (int)exception.End.Line)}";
            throw Syntax(message, isAtEnd ? exception.Start : exception.End, file, exception);
        }
        catch (InvalidOperationException exception)
        {
            // YamlDotNet answers a key within an open bracket with this.
            throw Syntax("A bracket [ or { is not closed before the next key.", parser.Current?.Start ?? Mark.Empty, file, exception);
        }
    }

    private static string Hint(string message, string text, int line)
    {
        if (message.Contains("escape", StringComparison.Ordinal))
            return @" In double quotes a backslash is written \\; without quotes, or in single quotes, \( stands as it is.";
        var lines = text.Split('\n');
        return line <= lines.Length && lines[line - 1].AsSpan().TrimStart().StartsWith('*')
            ? " A path that begins with * must stand in quotes."
            : "";
    }

    private static YamlNode ReadNode(Parser parser, Dictionary<AnchorName, YamlNode> anchors, string file, int depth)
    {
        var start = parser.Current!.Start;
        var (line, column) = ((int)start.Line, (int)start.Column);
        if (depth > DepthLimit) throw Syntax("Lists and mappings are nested too deeply.", start, file);
        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            // A node is known only when it is complete, so nothing can contain itself.
            return anchors.TryGetValue(alias.Value, out var target)
                ? target
                : throw Syntax($"No anchor '&{alias.Value}' stands before this alias.", start, file);
        }

        var (anchor, node) = parser.Current switch
        {
            Scalar => ReadScalar(parser, line, column),
            SequenceStart => ReadList(parser, anchors, file, depth, line, column),
            _ => ReadMapping(parser, anchors, file, depth, line, column),
        };
        if (!anchor.IsEmpty) anchors[anchor] = node;
        return node;
    }

    private static (AnchorName Anchor, YamlNode Node) ReadScalar(Parser parser, int line, int column)
    {
        var scalar = parser.Consume<Scalar>();
        var isNull = scalar.Style == ScalarStyle.Plain && scalar.Value is ("" or "~" or "null");
        return (scalar.Anchor, new YamlScalar(scalar.Value, isNull, line, column));
    }

    private static (AnchorName Anchor, YamlNode Node) ReadList(
        Parser parser, Dictionary<AnchorName, YamlNode> anchors, string file, int depth, int line, int column)
    {
        var start = parser.Consume<SequenceStart>();
        var items = new List<YamlNode>();
        while (!parser.TryConsume<SequenceEnd>(out _)) items.Add(ReadNode(parser, anchors, file, depth + 1));
        return (start.Anchor, new YamlList(items, line, column));
    }

    private static (AnchorName Anchor, YamlNode Node) ReadMapping(
        Parser parser, Dictionary<AnchorName, YamlNode> anchors, string file, int depth, int line, int column)
    {
        var start = parser.Consume<MappingStart>();
        var entries = new List<(YamlScalar, YamlNode)>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var place = parser.Current!.Start;
            if (parser.Current is Scalar { Value: "<<", Style: ScalarStyle.Plain })
                throw Syntax("Merge keys (<<) are not read. Write their entries out, or take an alias (*name) as a whole value.", place, file);
            if (ReadNode(parser, anchors, file, depth + 1) is not YamlScalar key) throw Syntax("A key must be a single word or phrase.", place, file);
            entries.Add((key, ReadNode(parser, anchors, file, depth + 1)));
        }

        return (start.Anchor, new YamlMapping(entries, line, column));
    }

    private static LoraBuildException Syntax(string message, Mark place, string file, Exception? cause = null) =>
        new(DiagnosticCode.YamlSyntax, message, file, (int)place.Line, (int)place.Column, cause);
}
