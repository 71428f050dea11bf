using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Hashing;
using LoraBuild.Dataset.Outfits;
using LoraBuild.Dataset.Tags;

namespace LoraBuild.Dataset.Ledgers;

/// <summary>
/// The tags and the finding in a line of a <see cref="TagLedger"/>, written and read token by token: a serializer takes longer to start
/// than a build after a small change takes to write its few lines.
/// </summary>
internal sealed record TagLedgerLine(PictureTags Tags, OutfitFinding? Finding)
{
    // Tags are written as they are, whatever HTML thinks of their characters.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const int BytesTold = 200;

    private static ReadOnlySpan<byte> BeforeFinding => ",\"finding\":"u8;

    private static ReadOnlySpan<byte> BeforeTags => "\"tags\":{\"tags\":["u8;

    /// <summary>Writes an entry's line without its end.</summary>
    public void Write(Stream stream, TagLedgerEntry entry)
    {
        using var json = new Utf8JsonWriter(stream, Options);
        json.WriteStartObject();
        json.WriteString("id"u8, entry.Id);
        json.WriteString("key"u8, entry.Key.ToString());
        json.WriteString("content"u8, entry.Content.ToString());
        json.WriteStartObject("tags"u8);
        Write(json, "tags", Tags.Tags);
        Write(json, "pinned", Tags.Pinned);
        Write(json, "banned", Tags.Banned);
        json.WriteStartArray("changes"u8);
        foreach (var change in Tags.Changes)
        {
            json.WriteStartObject();
            json.WriteString("tag"u8, change.Tag);
            json.WriteString("kind"u8, change.Kind.ToString());
            json.WriteString("reason"u8, change.Reason);
            json.WriteString("by"u8, change.By);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        if (Finding is { } finding)
        {
            json.WriteStartObject("finding"u8);
            json.WriteString("outfit"u8, finding.Outfit);
            json.WriteString("reason"u8, finding.Reason);
            Write(json, "undecided", finding.Undecided);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNull("finding"u8);
        }

        json.WriteEndObject();
    }

    /// <summary>Reads a line.</summary>
    /// <exception cref="LoraBuildException">LB6004: the line is damaged.</exception>
    public static TagLedgerLine Read(ReadOnlySpan<byte> line)
    {
        try
        {
            var json = new Utf8JsonReader(line);
            ReadHead(ref json);
            Expect(ref json, "tags"u8, JsonTokenType.StartObject);
            var tags = new PictureTags(
                ReadList(ref json, "tags"u8), ReadList(ref json, "pinned"u8), ReadList(ref json, "banned"u8), ReadChanges(ref json));
            Expect(ref json, JsonTokenType.EndObject);
            var finding = ReadFinding(ref json);
            Expect(ref json, JsonTokenType.EndObject);
            return json.Read() ? throw Unexpected() : new TagLedgerLine(tags, finding);
        }
        catch (Exception e) when (BadInput.IsCause(e))
        {
            throw Damaged(line, e);
        }
    }

    /// <summary>Reads the start of a line; false where it is damaged.</summary>
    public static bool TryReadHead(ReadOnlySpan<byte> line, out (string Id, ContentHash Key, ContentHash Content) head)
    {
        head = default;
        try
        {
            // A reader's search for the end of a string is compiled anew in each process. Where no character is escaped, that is the next
            // quote.
            var rest = line;
            if (!line.EndsWith("}"u8))
                return false;
            if (TrySkip(ref rest, "{\"id\":\""u8) && TryTakeText(ref rest, out var id)
                && TrySkip(ref rest, ",\"key\":\""u8) && TryTakeText(ref rest, out var key)
                && TrySkip(ref rest, ",\"content\":\""u8) && TryTakeText(ref rest, out var content))
            {
                head = (Encoding.UTF8.GetString(id), ContentHash.Parse(key), ContentHash.Parse(content));
                return true;
            }

            var json = new Utf8JsonReader(line);
            head = ReadHead(ref json);
            return true;
        }
        catch (Exception e) when (BadInput.IsCause(e))
        {
            return false;
        }
    }

    private static (string Id, ContentHash Key, ContentHash Content) ReadHead(ref Utf8JsonReader json)
    {
        Expect(ref json, JsonTokenType.StartObject);
        return (
            ReadText(ref json, "id"u8), ContentHash.Parse(ReadText(ref json, "key"u8)), ContentHash.Parse(ReadText(ref json, "content"u8)));
    }

    /// <summary>Reads the outfit of a line's finding; null where there is none.</summary>
    /// <exception cref="LoraBuildException">LB6004: the line is damaged.</exception>
    public static string? ReadOutfit(ReadOnlySpan<byte> line)
    {
        // As above: most lines hold no backslash.
        var start = line.LastIndexOf(BeforeFinding);
        if (line.IndexOf((byte)'\\') >= 0 || start < 0)
            return Read(line).Finding?.Outfit;
        var rest = line[(start + BeforeFinding.Length)..];
        if (rest.StartsWith("null"u8) || !TrySkip(ref rest, "{\"outfit\":"u8) || rest.StartsWith("null"u8))
            return null;
        return TrySkip(ref rest, "\""u8) && TryTakeText(ref rest, out var outfit)
            ? Encoding.UTF8.GetString(outfit)
            : throw Damaged(line, null);
    }

    /// <summary>Reads the tags of a line.</summary>
    /// <param name="line">The line.</param>
    /// <param name="same">Holds equal tags as one string; null where each may be one of its own.</param>
    /// <exception cref="LoraBuildException">LB6004: the line is damaged.</exception>
    public static IReadOnlyList<string> ReadTags(ReadOnlySpan<byte> line, TextPool? same)
    {
        // As above: most lines hold no backslash.
        if (line.IndexOf((byte)'\\') >= 0 || line.IndexOf(BeforeTags) is not (>= 0 and var start))
            return same is null ? Read(line).Tags.Tags : [.. Read(line).Tags.Tags.Select(same.Of)];
        var tags = new List<string>();
        var rest = line[(start + BeforeTags.Length)..];
        if (TrySkip(ref rest, "]"u8))
            return tags;
        do
        {
            if (!TrySkip(ref rest, "\""u8) || !TryTakeText(ref rest, out var tag))
                throw Damaged(line, null);
            tags.Add(same is null ? Encoding.UTF8.GetString(tag) : same.Of(tag));
        }
        while (TrySkip(ref rest, ","u8));

        return TrySkip(ref rest, "]"u8) ? tags : throw Damaged(line, null);
    }

    private static bool TrySkip(ref ReadOnlySpan<byte> rest, ReadOnlySpan<byte> expected)
    {
        if (!rest.StartsWith(expected))
            return false;
        rest = rest[expected.Length..];
        return true;
    }

    // Up to the next quote, which is skipped; not where something in it is escaped.
    private static bool TryTakeText(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> text)
    {
        var end = rest.IndexOf((byte)'"');
        text = end < 0 ? default : rest[..end];
        if (end < 0 || text.IndexOf((byte)'\\') >= 0)
            return false;
        rest = rest[(end + 1)..];
        return true;
    }

    private static LoraBuildException Damaged(ReadOnlySpan<byte> line, Exception? cause) => new(
        DiagnosticCode.CannotRead,
        $"A line of a ledger is damaged: {Encoding.UTF8.GetString(line[..Math.Min(line.Length, BytesTold)])} Delete obj/lora and build "
        + "again.",
        innerException: cause);

    private static List<TagChange> ReadChanges(ref Utf8JsonReader json)
    {
        var changes = new List<TagChange>();
        Expect(ref json, "changes"u8, JsonTokenType.StartArray);
        while (json.Read() && json.TokenType == JsonTokenType.StartObject)
        {
            var tag = ReadText(ref json, "tag"u8);
            var kind = ReadText(ref json, "kind"u8) switch
            {
                nameof(TagChangeKind.Added) => TagChangeKind.Added,
                nameof(TagChangeKind.Removed) => TagChangeKind.Removed,
                nameof(TagChangeKind.Replaced) => TagChangeKind.Replaced,
                var other => throw new FormatException($"'{other}' is no kind of change."),
            };
            changes.Add(new TagChange(tag, kind, ReadText(ref json, "reason"u8), ReadTextOrNull(ref json, "by"u8)));
            Expect(ref json, JsonTokenType.EndObject);
        }

        return json.TokenType == JsonTokenType.EndArray ? changes : throw Unexpected();
    }

    private static OutfitFinding? ReadFinding(ref Utf8JsonReader json)
    {
        ExpectName(ref json, "finding"u8);
        if (!json.Read() || json.TokenType is not (JsonTokenType.Null or JsonTokenType.StartObject))
            throw Unexpected();
        if (json.TokenType == JsonTokenType.Null)
            return null;
        var finding =
            new OutfitFinding(ReadTextOrNull(ref json, "outfit"u8), ReadText(ref json, "reason"u8), ReadList(ref json, "undecided"u8));
        Expect(ref json, JsonTokenType.EndObject);
        return finding;
    }

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<string> list)
    {
        json.WriteStartArray(name);
        foreach (var text in list)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static List<string> ReadList(ref Utf8JsonReader json, ReadOnlySpan<byte> name)
    {
        var list = new List<string>();
        Expect(ref json, name, JsonTokenType.StartArray);
        while (json.Read() && json.TokenType == JsonTokenType.String)
            list.Add(json.GetString()!);
        return json.TokenType == JsonTokenType.EndArray ? list : throw Unexpected();
    }

    private static string ReadText(ref Utf8JsonReader json, ReadOnlySpan<byte> name) =>
        ReadTextOrNull(ref json, name) ?? throw Unexpected();

    private static string? ReadTextOrNull(ref Utf8JsonReader json, ReadOnlySpan<byte> name)
    {
        ExpectName(ref json, name);
        return json.Read() ? json.GetString() : throw Unexpected();
    }

    private static void Expect(ref Utf8JsonReader json, ReadOnlySpan<byte> name, JsonTokenType token)
    {
        ExpectName(ref json, name);
        Expect(ref json, token);
    }

    private static void ExpectName(ref Utf8JsonReader json, ReadOnlySpan<byte> name)
    {
        if (!json.Read() || json.TokenType != JsonTokenType.PropertyName || !json.ValueTextEquals(name))
            throw Unexpected();
    }

    private static void Expect(ref Utf8JsonReader json, JsonTokenType token)
    {
        if (!json.Read() || json.TokenType != token)
            throw Unexpected();
    }

    private static FormatException Unexpected() => new("A line of a ledger has another form.");
}
