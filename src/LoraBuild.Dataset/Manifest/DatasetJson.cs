using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LoraBuild.Dataset.Manifest;

/// <summary>The JSON form of <c>dataset.json</c>, compiled with the program.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(DatasetManifest))]
internal sealed partial class DatasetJson : JsonSerializerContext
{
    /// <summary>Captions are written as they are, whatever HTML thinks of their characters.</summary>
    public static JavaScriptEncoder Encoder => JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>Indented, so that it can be looked at; the same bytes on every system.</summary>
    public static DatasetJson Relaxed { get; } = new(new JsonSerializerOptions
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = Encoder,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    });
}
