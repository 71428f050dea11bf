using System.Globalization;
using Tomlyn.Syntax;

namespace LoraBuild.Settings.SdScripts;

/// <summary>A key with its value in a TOML file, whatever table it stands in.</summary>
/// <param name="Table">The innermost table's full name, or empty.</param>
/// <param name="Key">The key.</param>
/// <param name="Value">The value.</param>
/// <param name="Line">The place of the key, from 1.</param>
/// <param name="Column">The place of the key, from 1.</param>
internal sealed record TomlEntry(string Table, string Key, ValueSyntax Value, int Line, int Column)
{
    /// <summary>Every entry of a document, in the order of the file.</summary>
    public static IEnumerable<TomlEntry> Of(DocumentSyntax document) =>
        document.KeyValues.Select(entry => Of("", entry))
            .Concat(document.Tables.SelectMany(table => table.Items.Select(entry => Of(Name(table.Name!), entry))));

    /// <summary>The value as an option's text, null for dates and tables.</summary>
    /// <param name="separator">Stands between the items of a list.</param>
    public string? Text(string separator) => Text(Value, separator);

    /// <summary>The texts of a list's items with their places; a single value is a list of one.</summary>
    public IEnumerable<(string? Text, int Line, int Column)> Items() => Value is ArraySyntax array
        ? array.Items.Select(item => (Text(item.Value!, ","), item.Span.Start.Line + 1, item.Span.Start.Column + 1))
        : [(Text(","), Line, Column)];

    private static TomlEntry Of(string table, KeyValueSyntax entry) =>
        new(table, Name(entry.Key!), entry.Value!, entry.Span.Start.Line + 1, entry.Span.Start.Column + 1);

    private static string Name(KeySyntax key) => string.Join('.', [Name(key.Key!), .. key.DotKeys.Select(part => Name(part.Key!))]);

    private static string Name(BareKeyOrStringValueSyntax part) => part switch
    {
        StringValueSyntax quoted => quoted.Value!,
        BareKeySyntax bare => bare.Key!.Text!,
        _ => part.ToString().Trim(),
    };

    private static string? Text(ValueSyntax value, string separator) => value switch
    {
        StringValueSyntax text => text.Value,
        BooleanValueSyntax flag => flag.Value ? "true" : "false",
        IntegerValueSyntax integer => integer.Value.ToString(CultureInfo.InvariantCulture),
        FloatValueSyntax number => number.Value.ToString(CultureInfo.InvariantCulture),
        ArraySyntax array when array.Items.Select(item => Text(item.Value!, ",")).ToArray() is var items && !items.Contains(null) =>
            string.Join(separator, items),
        _ => null,
    };
}
