using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LoraBuild.Core.Tags;

/// <summary>How ledgers are written and read, compiled with the program: a build after a small change reads and writes a few lines.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(TagLedgerLine))]
internal sealed partial class TagLedgerJson : JsonSerializerContext
{
    /// <summary>Tags are written as they are, whatever HTML thinks of their characters.</summary>
    public static TagLedgerJson Relaxed { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    });
}
