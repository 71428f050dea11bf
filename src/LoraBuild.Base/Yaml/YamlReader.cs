using LoraBuild.Base.Diagnostics;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace LoraBuild.Base.Yaml;

/// <summary>
/// Reads one YAML document into nodes that know their place. Anchors and aliases work. Tags that say what a value is anyway
/// (<c>!!str</c>) are passed over; others (<c>!!binary</c>) are refused, and so are merge keys (<c>&lt;&lt;</c>), which YAML 1.2 no longer
/// has. YamlDotNet's own document model stops at the first repeated key and keeps no key's place, so it is not used.
/// </summary>
public static class YamlReader
{
    /// <summary>The depth to which a document may nest; character.yaml needs six levels.</summary>
    private const int DepthLimit = 32;

    /// <summary>
    /// The most nodes of a document, those that aliases repeat counted each time; a line of character.yaml has about four.
    /// </summary>
    private const int MostNodes = 2_000_000;

    /// <summary>The document, or null where the text holds none (empty, or only comments).</summary>
    /// <exception cref="LoraBuildException"><see cref="DiagnosticCode.YamlSyntax"/> with line and column.</exception>
    public static YamlNode? Read(string text, string file)
    {
        try
        {
            return ReadDocument(text, file);
        }
        catch (LoraBuildException exception) when (TabAtFault(text, file) is { } tab)
        {
            // The parser finds it anywhere: at the file's beginning, or as an open bracket.
            throw Syntax(
                "A tab stands at the beginning of this line, where YAML takes spaces alone. Replace it by spaces.", tab, file, exception);
        }
    }

    // The tab among the white space before the first line with which the text is no YAML, whatever follows; null where there is none.
    private static Mark? TabAtFault(string text, string file)
    {
        int[] ends = [.. Enumerable.Range(0, text.Length).Where(index => text[index] == '\n').Select(index => index + 1), text.Length];
        var (sound, faulty) = (-1, ends.Length - 1);
        while (faulty - sound > 1)
        {
            var middle = (sound + faulty) / 2;
            (sound, faulty) = IsFaulty(text[..ends[middle]], file) ? (sound, middle) : (middle, faulty);
        }

        var start = faulty == 0 ? 0 : ends[faulty - 1];
        var line = text.AsSpan(start, ends[faulty] - start);
        var tab = line[..^line.TrimStart(" \t").Length].IndexOf('\t');
        return tab < 0 ? null : new Mark(start + tab, faulty + 1, tab + 1);
    }

    // Whether a text's beginning is no YAML: not only because a bracket or quote is still open at its end.
    private static bool IsFaulty(string beginning, string file)
    {
        try
        {
            ReadDocument(beginning, file);
            return false;
        }
        catch (LoraBuildException exception)
        {
            return exception.InnerException is not YamlException cause || cause.End.Index < beginning.TrimEnd().Length;
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
            var root = ReadNode(parser, new Anchors(), file, 0);
            parser.Consume<DocumentEnd>();
            if (!parser.Accept<StreamEnd>(out _))
                throw Syntax(
                    "The file holds more than one document. Keep one character a file, without '---'.", parser.Current!.Start, file);
            return root;
        }
        catch (YamlException exception)
        {
            // An error ends where it was found; one of the end of the file says more where it began.
            var isAtEnd = exception.Message.Contains("end of stream", StringComparison.Ordinal);
            var message = $"{exception.Message.TrimEnd('.')}.{Hint(exception.Message, text, (int)exception.End.Line)}";
            throw Syntax(message, isAtEnd ? exception.Start : exception.End, file, exception);
        }
        catch (Exception exception) when (BadInput.IsCause(exception))
        {
            // YamlDotNet answers a key within an open bracket with the first.
            var message = exception is InvalidOperationException
                ? "A bracket [ or { is not closed before the next key."
                : $"This is no YAML: {exception.Message} A text that begins with ! or % must stand in quotes.";
            throw Syntax(message, parser.Current?.Start ?? Mark.Empty, file, exception);
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

    private static YamlNode ReadNode(Parser parser, Anchors anchors, string file, int depth)
    {
        var start = parser.Current!.Start;
        var before = anchors.Count++;
        var (line, column) = ((int)start.Line, (int)start.Column);
        if (depth > DepthLimit) throw Syntax("Lists and mappings are nested too deeply.", start, file);
        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            // A node is known only when it is complete, so nothing can contain itself.
            if (!anchors.Nodes.TryGetValue(alias.Value, out var target))
                throw Syntax($"No anchor '&{alias.Value}' stands before this alias.", start, file);
            anchors.Count += target.Count;
            if (anchors.Count > MostNodes) throw Syntax("Aliases repeat more than can be read. Write fewer of them.", start, file);
            return target.Node;
        }

        if (anchors.Count > MostNodes) throw Syntax("The file has more entries than can be read.", start, file);

        RefuseTag(parser.Current, file);
        var (anchor, node) = parser.Current switch
        {
            Scalar => ReadScalar(parser, line, column),
            SequenceStart => ReadList(parser, anchors, file, depth, line, column),
            _ => ReadMapping(parser, anchors, file, depth, line, column),
        };
        if (!anchor.IsEmpty) anchors.Nodes[anchor] = (node, anchors.Count - before);
        return node;
    }

    // Tags that say of a value what it is anyway change nothing; all others ask for another value than the text.
    private static void RefuseTag(ParsingEvent at, string file)
    {
        var (tag, plain) = at switch
        {
            Scalar scalar => (scalar.Tag, "str"),
            SequenceStart list => (list.Tag, "seq"),
            MappingStart mapping => (mapping.Tag, "map"),
            _ => (TagName.Empty, ""),
        };
        if (tag.IsEmpty || tag.IsNonSpecific || tag.Value == $"tag:yaml.org,2002:{plain}")
            return;
        var written = tag.Value.Replace("tag:yaml.org,2002:", "!!", StringComparison.Ordinal);
        throw Syntax(
            $"The YAML tag {written} asks for another value than what is written, and is not read. Remove it; a text that begins with ! "
            + "must stand in quotes.",
            at.Start, file);
    }

    private static (AnchorName Anchor, YamlNode Node) ReadScalar(Parser parser, int line, int column)
    {
        var scalar = parser.Consume<Scalar>();
        var isNull = scalar.Tag.IsEmpty && scalar.Style == ScalarStyle.Plain && scalar.Value is ("" or "~" or "null");
        return (scalar.Anchor, new YamlScalar(scalar.Value, isNull, line, column));
    }

    private static (AnchorName Anchor, YamlNode Node) ReadList(
        Parser parser, Anchors anchors, string file, int depth, int line, int column)
    {
        var start = parser.Consume<SequenceStart>();
        var items = new List<YamlNode>();
        while (!parser.TryConsume<SequenceEnd>(out _)) items.Add(ReadNode(parser, anchors, file, depth + 1));
        return (start.Anchor, new YamlList(items, line, column));
    }

    private static (AnchorName Anchor, YamlNode Node) ReadMapping(
        Parser parser, Anchors anchors, string file, int depth, int line, int column)
    {
        var start = parser.Consume<MappingStart>();
        var entries = new List<(YamlScalar, YamlNode)>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var place = parser.Current!.Start;
            if (parser.Current is Scalar { Value: "<<", Style: ScalarStyle.Plain })
                throw Syntax(
                    "Merge keys (<<) are not read. Write their entries out, or take an alias (*name) as a whole value.", place, file);
            if (ReadNode(parser, anchors, file, depth + 1) is not YamlScalar key)
                throw Syntax("A key must be a single word or phrase.", place, file);
            entries.Add((key, ReadNode(parser, anchors, file, depth + 1)));
        }

        return (start.Anchor, new YamlMapping(entries, line, column));
    }

    private static LoraBuildException Syntax(string message, Mark place, string file, Exception? cause = null) =>
        new(DiagnosticCode.YamlSyntax, message, file, (int)place.Line, (int)place.Column, cause);

    /// <summary>The nodes that have a name, and how many nodes there are so far, aliases written out.</summary>
    private sealed class Anchors
    {
        public Dictionary<AnchorName, (YamlNode Node, long Count)> Nodes { get; } = [];

        public long Count { get; set; }
    }
}
