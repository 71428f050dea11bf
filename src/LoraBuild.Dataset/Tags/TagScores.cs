using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using LoraBuild.Base.Diagnostics;
using LoraBuild.Base.Files;

namespace LoraBuild.Dataset.Tags;

/// <summary>
/// A tagger's scores of one picture: of every label, 0 to 1, by category, each in the model's order. Tags are in prompt form. Kept whole,
/// so that another threshold needs no other run of the tagger.
/// </summary>
/// <param name="Rating">Category 9 of the WD taggers: general, sensitive, questionable, explicit.</param>
/// <param name="General">Category 0: what there is to see.</param>
/// <param name="Character">Category 4: who it is.</param>
public sealed record TagScores(
    IReadOnlyDictionary<string, float> Rating, IReadOnlyDictionary<string, float> General, IReadOnlyDictionary<string, float> Character)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>The score of a general or character tag; 0 where the model does not know it.</summary>
    public float this[string tag] => General.TryGetValue(tag, out var score) || Character.TryGetValue(tag, out score) ? score : 0;

    /// <summary>General and character scores together.</summary>
    [JsonIgnore]
    public IEnumerable<KeyValuePair<string, float>> All => General.Concat(Character);

    /// <summary>Reads a <c>.tags.json</c> file.</summary>
    /// <exception cref="LoraBuildException">LB6004: it is damaged or unreadable.</exception>
    public static TagScores Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<TagScores>(WholeFile.ReadBytes(path), Json) ?? throw new JsonException("It is empty.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException || BadInput.IsCause(e))
        {
            throw new LoraBuildException(
                DiagnosticCode.CannotRead, $"Cannot read the tagger's scores: {e.Message} Delete the file and build again.", path,
                innerException: e);
        }
    }

    /// <summary>Writes a <c>.tags.json</c> file.</summary>
    /// <exception cref="LoraBuildException">LB6001: it cannot be written.</exception>
    public void Write(string path) => AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, this, Json));
}
