using System.Text.Json;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;

namespace LoraBuild.Diffusion.Files;

/// <summary>A JSON file of settings beside a model's weights. One that does not exist says nothing.</summary>
internal sealed class ConfigFile
{
    private readonly string path;
    private readonly JsonElement root;

    private ConfigFile(string path, JsonElement root) => (this.path, this.root) = (path, root);

    /// <summary>Reads a file.</summary>
    /// <exception cref="LoraBuildException">LB4003: it is not JSON. LB6004: it cannot be read.</exception>
    public static ConfigFile Read(string path)
    {
        if (!File.Exists(path))
            return new ConfigFile(path, default);
        try
        {
            using var document = JsonDocument.Parse(WholeFile.ReadBytes(path));
            EnsureTexts(document.RootElement);
            return new ConfigFile(path, document.RootElement.Clone());
        }
        catch (Exception e) when (BadInput.IsCause(e))
        {
            var place = e as JsonException;
            throw new LoraBuildException(
                DiagnosticCode.CheckpointMismatch, $"The model's settings are not valid JSON: {e.Message}", path,
                (int)(place?.LineNumber ?? -1) + 1, (int)(place?.BytePositionInLine ?? -1) + 1, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LoraBuildException(
                DiagnosticCode.CannotRead, $"The model's settings cannot be read: {e.Message}", path, innerException: e);
        }
    }

    /// <summary>True if it has something other than null under these keys, each within the one before.</summary>
    public bool Has(params ReadOnlySpan<string> keys) => Find(keys) is not null;

    /// <summary>A text, or null.</summary>
    public string? Text(params ReadOnlySpan<string> keys) =>
        Find(keys) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>True or false, or null.</summary>
    public bool? Flag(params ReadOnlySpan<string> keys) =>
        Find(keys) is { ValueKind: JsonValueKind.True or JsonValueKind.False } value ? value.GetBoolean() : null;

    /// <summary>A number, or null.</summary>
    public double? Real(params ReadOnlySpan<string> keys) =>
        Find(keys) is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : null;

    /// <summary>A whole number from 1 up, or null.</summary>
    /// <exception cref="LoraBuildException">LB4003: it is something else.</exception>
    public long? Count(params ReadOnlySpan<string> keys) =>
        Find(keys) is { } value ? ToCount(value.GetRawText(), string.Join('.', keys!), path) : null;

    /// <summary>A list of whole numbers from 1 up, or null where there is none or no list.</summary>
    /// <exception cref="LoraBuildException">LB4003: an entry is something else, or there is none.</exception>
    public IReadOnlyList<long>? Counts(params ReadOnlySpan<string> keys)
    {
        if (Find(keys) is not { ValueKind: JsonValueKind.Array } list)
            return null;
        var name = string.Join('.', keys!);
        return list.GetArrayLength() == 0
            ? throw Invalid("[]", name, path)
            : [.. list.EnumerateArray().Select(value => ToCount(value.GetRawText(), name, path))];
    }

    /// <summary>A whole number from 1 up, from its text.</summary>
    /// <exception cref="LoraBuildException">LB4003: it is something else.</exception>
    public static long ToCount(string text, string name, string path) =>
        long.TryParse(text, out var number) && number > 0 ? number : throw Invalid(text, name, path);

    // A text is only looked at when it is asked for; what is no Unicode shall be told here.
    private static void EnsureTexts(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    _ = property.Name;
                    EnsureTexts(property.Value);
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                    EnsureTexts(item);
                break;
            case JsonValueKind.String:
                _ = element.GetString();
                break;
        }
    }

    private static LoraBuildException Invalid(string text, string name, string path) =>
        new(DiagnosticCode.CheckpointMismatch, $"{name} is '{text}'; it must be a whole number from 1 up.", path);

    private JsonElement? Find(ReadOnlySpan<string> keys)
    {
        var element = root;
        foreach (var key in keys)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(key, out element))
                return null;
        }
        return element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined ? null : element;
    }
}
