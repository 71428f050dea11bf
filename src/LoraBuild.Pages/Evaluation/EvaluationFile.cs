using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using LoraBuild.Base.Files;

namespace LoraBuild.Pages.Evaluation;

/// <summary>Writes <c>evaluation.json</c>: the same report gives the same bytes.</summary>
public static class EvaluationFile
{
    /// <summary>The file's name within the evaluation's folder.</summary>
    public const string Name = "evaluation.json";

    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>The report as the bytes of the file.</summary>
    public static byte[] Serialize(EvaluationReport report) => JsonSerializer.SerializeToUtf8Bytes(report, Json);

    /// <summary>Writes the file.</summary>
    /// <exception cref="Base.Diagnostics.LoraBuildException">LB6001: it cannot be written.</exception>
    public static void Write(string path, EvaluationReport report) => AtomicFile.Write(path, stream => stream.Write(Serialize(report)));
}
